import Glibc

/// Where seeds come from when a property names none.
enum PropertySeed {
  static let ofProcess: UInt64 = {
    // INVARIANT: the environment is not changed while the pointer is read.
    if let text = unsafe getenv("SIGNALBOX_SEED").map({ unsafe String(cString: $0) }),
      let seed = UInt64(text)
    {
      return seed
    }
    return UInt64.random(in: 0...UInt64(UInt32.max))
  }()
}
