// The libFuzzer entry: the target is named by the environment variable FUZZ_TARGET.
import Glibc
import SignalboxTesting

private let target: FuzzTarget = {
  // INVARIANT: the environment is not changed while the pointer is read.
  guard let name = unsafe getenv("FUZZ_TARGET").map({ unsafe String(cString: $0) }),
    let target = FuzzTarget(rawValue: name)
  else { preconditionFailure("FUZZ_TARGET must name a target") }
  return target
}()

// INVARIANT: libFuzzer passes `count` readable bytes, which are copied at once.
/// One input of libFuzzer; returns 0, as it wants.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  target.feed(unsafe Array(UnsafeBufferPointer(start: start, count: count)))
  return 0
}
