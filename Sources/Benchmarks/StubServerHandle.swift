import Glibc
import Synchronization

/// A server on 127.0.0.1 that gives every request the same answer and measures how long it takes.
// INVARIANT: descriptors belong to the one thread that serves; the context is one retained value
// that the thread releases.
final class StubServer: Sendable {
  private let seconds: Mutex<Double>
  /// The port that the system chose.
  let port: Int

  /// What the thread needs.
  private final class Service: Sendable {
    let listener: Int32
    let answer: [UInt8]
    let report: @Sendable (Double) -> Void

    init(listener: Int32, answer: [UInt8], report: @escaping @Sendable (Double) -> Void) {
      self.listener = listener
      self.answer = answer
      self.report = report
    }
  }

  /// A server of `answer`; nil when the machine gives no socket.
  convenience init?(type: String, answer: [UInt8]) {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard listener >= 0, let port = Self.bind(listener), listen(listener, 8) == 0 else {
      return nil
    }
    let head = "HTTP/1.1 200 OK\r\nContent-Type: \(type)\r\nContent-Length: \(answer.count)\r\n\r\n"
    self.init(listener: listener, port: port, answer: Array(head.utf8) + answer)
  }

  private init(listener: Int32, port: Int, answer: [UInt8]) {
    self.port = port
    seconds = Mutex(0)
    let service = Service(listener: listener, answer: answer) { [weak self] seconds in
      self?.seconds.withLock { $0 = seconds }
    }
    var thread = pthread_t()
    let context = unsafe Unmanaged.passRetained(service).toOpaque()
    let code = unsafe pthread_create(
      &thread,
      nil,
      { context in
        if let context = unsafe context {
          StubServer.serve(unsafe Unmanaged<Service>.fromOpaque(context).takeRetainedValue())
        }
        return nil
      },
      context
    )
    precondition(code == 0, "the stub server needs a thread")
    pthread_detach(thread)
  }

  /// The time between the last byte of the latest request and that of its answer.
  var lastAnswerSeconds: Double { seconds.withLock { $0 } }

  private static func bind(_ listener: Int32) -> Int? {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        unsafe Glibc.bind(listener, generic, size) == 0
          && getsockname(listener, generic, &size) == 0
      }
    }
    return isBound ? Int(UInt16(bigEndian: address.sin_port)) : nil
  }

  private static func serve(_ service: Service) {
    let descriptor = accept(service.listener, nil, nil)
    var on: Int32 = 1
    unsafe setsockopt(
      descriptor,
      Int32(IPPROTO_TCP),
      TCP_NODELAY,
      &on,
      socklen_t(MemoryLayout<Int32>.size)
    )
    let clock = ContinuousClock()
    var pending: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      while let end = requestEnd(pending) {
        let start = clock.now
        pending.removeFirst(end)
        var sent = 0
        while sent < service.answer.count {
          let count = unsafe service.answer.withUnsafeBytes { bytes in
            unsafe send(
              descriptor,
              bytes.baseAddress?.advanced(by: sent),
              bytes.count - sent,
              Int32(MSG_NOSIGNAL)
            )
          }
          guard count > 0 else { return }
          sent += count
        }
        service.report(Measurement.seconds(start.duration(to: clock.now)))
      }
      let count = unsafe buffer.withUnsafeMutableBytes { bytes in
        unsafe recv(descriptor, bytes.baseAddress, bytes.count, 0)
      }
      guard count > 0 else { return }
      pending += buffer.prefix(count)
    }
  }

  /// Where the first request ends; nil while it is not all there.
  private static func requestEnd(_ bytes: [UInt8]) -> Int? {
    guard bytes.count >= 4 else { return nil }
    for index in 0...(bytes.count - 4)
    where bytes[index] == 13 && bytes[index + 1] == 10 && bytes[index + 2] == 13
      && bytes[index + 3] == 10
    {
      let head = String(decoding: bytes[..<index], as: UTF8.self).lowercased()
      let line = head.split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
      let length = line.flatMap { Int($0.dropFirst(15).drop { $0 == " " }) } ?? 0
      return bytes.count >= index + 4 + length ? index + 4 + length : nil
    }
    return nil
  }
}
