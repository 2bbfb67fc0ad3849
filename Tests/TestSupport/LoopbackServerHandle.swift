import Glibc
import Synchronization

/// A scripted HTTP server on 127.0.0.1, with faults, for tests of everything that calls out.
///
/// Each connection has a thread; answers keep the connection open as HTTP/1.1 does, faults end it.
// INVARIANT: each descriptor is closed once, by the thread that waits on it, so that its number is
// not reused under that thread; `stop` only shuts down. Threads hold the state and not the server.
package final class LoopbackServer: Sendable {
  fileprivate struct State {
    var requests: [LoopbackRequest] = []
    var connections = 0
    var isStopped = false
    var open: Set<Int32> = []
  }

  fileprivate final class Shared: Sendable {
    let state = Mutex(State())
    let reply: @Sendable (LoopbackRequest, _ number: Int) -> LoopbackReply

    init(reply: @escaping @Sendable (LoopbackRequest, Int) -> LoopbackReply) {
      self.reply = reply
    }
  }

  private let shared: Shared
  private let listener: Int32
  /// The port that the system chose.
  package let port: Int

  /// A server that answers each request as `reply` says; nil when the machine gives no socket.
  ///
  /// `number` counts the requests from 0.
  package init?(reply: @escaping @Sendable (LoopbackRequest, _ number: Int) -> LoopbackReply) {
    shared = Shared(reply: reply)
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard listener >= 0, let port = bindToLoopback(listener), listen(listener, 128) == 0 else {
      close(listener)
      return nil
    }
    self.port = port
    let descriptor = listener
    let shared = shared
    startThread { acceptAll(descriptor, shared) }
  }

  /// A server that answers request after request from a list, the last one for ever.
  package convenience init?(_ replies: [LoopbackReply]) {
    precondition(!replies.isEmpty, "a scripted server needs at least one reply")
    self.init { _, number in replies[min(number, replies.count - 1)] }
  }

  deinit { stop() }

  /// The address of the server, without a final slash.
  package var address: String { "http://127.0.0.1:\(port)" }

  /// The requests that came so far.
  package var requests: [LoopbackRequest] { shared.state.withLock { $0.requests } }

  /// How many connections were accepted.
  package var connectionCount: Int { shared.state.withLock { $0.connections } }

  /// Ends every connection and refuses new ones.
  package func stop() {
    shared.state.withLock { state in
      guard !state.isStopped else { return }
      state.isStopped = true
      for descriptor in state.open { shutdown(descriptor, Int32(SHUT_RDWR)) }
      shutdown(listener, Int32(SHUT_RDWR))
    }
  }
}

/// A port on 127.0.0.1 on which nothing listens (it was free a moment ago).
package func unusedLoopbackPort() -> Int? {
  let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  defer { close(descriptor) }
  return bindToLoopback(descriptor)
}

/// A port on 127.0.0.1 whose connections never stand: its queue is full and nobody accepts.
// INVARIANT: the descriptors belong to the value and are closed once, when it goes.
package final class FullQueue: Sendable {
  /// The port.
  package let port: Int
  private let descriptors: [Int32]

  /// Fills a queue of length zero; nil when the machine gives no socket.
  package init?() {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard listener >= 0, let port = bindToLoopback(listener), listen(listener, 0) == 0 else {
      close(listener)
      return nil
    }
    self.port = port
    var open = [listener]
    for _ in 0..<4 {
      let flags = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue)
      let client = socket(AF_INET, flags, 0)
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = UInt16(port).bigEndian
      address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
      _ = unsafe withUnsafePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
          unsafe connect(client, generic, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
      open.append(client)
    }
    descriptors = open
  }

  deinit {
    for descriptor in descriptors { close(descriptor) }
  }
}

private func bindToLoopback(_ descriptor: Int32) -> Int? {
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
  var size = socklen_t(MemoryLayout<sockaddr_in>.size)
  let isBound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
    unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
      unsafe bind(descriptor, generic, size) == 0 && getsockname(descriptor, generic, &size) == 0
    }
  }
  return isBound ? Int(UInt16(bigEndian: address.sin_port)) : nil
}

private final class ThreadBody: Sendable {
  let body: @Sendable () -> Void

  init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

// INVARIANT: the context is one retained ThreadBody, released once, by the thread.
private func startThread(_ body: @escaping @Sendable () -> Void) {
  var thread = pthread_t()
  let context = unsafe Unmanaged.passRetained(ThreadBody(body)).toOpaque()
  let code = unsafe pthread_create(
    &thread,
    nil,
    { context in
      if let context = unsafe context {
        unsafe Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue().body()
      }
      return nil
    },
    context
  )
  precondition(code == 0, "a test server needs a thread")
  pthread_detach(thread)
}

private func acceptAll(_ listener: Int32, _ shared: LoopbackServer.Shared) {
  while true {
    let descriptor = accept(listener, nil, nil)
    guard descriptor >= 0 else {
      if errno == EINTR || errno == ECONNABORTED { continue }
      close(listener)
      return
    }
    let mayServe = shared.state.withLock { state in
      guard !state.isStopped else { return false }
      state.connections += 1
      state.open.insert(descriptor)
      return true
    }
    guard mayServe else {
      close(descriptor)
      continue
    }
    startThread {
      var connection = Connection(descriptor: descriptor)
      while let request = connection.readRequest() {
        let number = shared.state.withLock { state in
          state.requests.append(request)
          return state.requests.count - 1
        }
        guard connection.perform(shared.reply(request, number)) else { break }
      }
      // Forgetting before closing: the number may belong to another connection at once.
      shared.state.withLock { state in _ = state.open.remove(descriptor) }
      close(descriptor)
    }
  }
}

private struct Connection {
  let descriptor: Int32
  private var pending: [UInt8] = []

  init(descriptor: Int32) { self.descriptor = descriptor }

  private mutating func readMore() -> Bool {
    var buffer = [UInt8](repeating: 0, count: 16_384)
    let count = unsafe buffer.withUnsafeMutableBytes {
      unsafe recv(descriptor, $0.baseAddress, $0.count, 0)
    }
    guard count > 0 else { return false }
    pending += buffer.prefix(count)
    return true
  }

  mutating func readRequest() -> LoopbackRequest? {
    let mark: [UInt8] = [13, 10, 13, 10]
    var end: Int?
    while end == nil {
      if pending.count >= 4 {
        end = (0...(pending.count - 4)).first { pending[$0..<($0 + 4)].elementsEqual(mark) }
      }
      if end == nil, !readMore() { return nil }
    }
    guard let end else { return nil }
    let lines = String(decoding: pending[..<end], as: UTF8.self).split(separator: "\r\n")
    pending.removeFirst(end + 4)
    let first = (lines.first ?? "").split(separator: " ")
    let headers = lines.dropFirst().map { line in
      let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      let value = parts.count > 1 ? parts[1].drop { $0 == " " } : ""
      return (name: parts[0].lowercased(), value: String(value))
    }
    let length = headers.first { $0.name == "content-length" }.flatMap { Int($0.value) } ?? 0
    while pending.count < length { guard readMore() else { return nil } }
    let body = Array(pending.prefix(length))
    pending.removeFirst(length)
    return LoopbackRequest(
      method: String(first.first ?? ""),
      target: String(first.dropFirst().first ?? ""),
      headers: headers,
      body: body
    )
  }

  /// Answers; false when the connection is over.
  func perform(_ reply: LoopbackReply) -> Bool {
    switch reply {
    case .answer(let status, let headers, let body):
      return send(head(status, headers, length: body.count) + body)
    case .hang:
      waitForEnd()
      return false
    case .drip(let body, let millisecondsPerByte):
      guard send(head(200, [("Content-Type", "application/json")], length: body.count)) else {
        return false
      }
      for byte in body {
        guard send([byte]) else { return false }
        usleep(UInt32(millisecondsPerByte) * 1_000)
      }
      return true
    case .cut(let promised, let body):
      _ = send(head(200, [("Content-Type", "application/json")], length: promised) + body)
      return false
    case .flood:
      var isOpen = send(Array("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".utf8))
      let piece = [UInt8](repeating: 0x61, count: 65_536)
      while isOpen { isOpen = send(piece) }
      return false
    case .close:
      return false
    case .pieces(let type, let pieces):
      return send(pieces, type)
    case .late(let milliseconds, let reply):
      usleep(UInt32(milliseconds) * 1_000)
      return perform(reply)
    case .raw(let bytes):
      _ = send(bytes)
      return false
    }
  }

  private func send(_ pieces: [LoopbackPiece], _ type: String) -> Bool {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: \(type)\r\nTransfer-Encoding: chunked\r\n\r\n"
    guard send(Array(head.utf8)) else { return false }
    for piece in pieces {
      switch piece {
      case .bytes(let bytes):
        guard !bytes.isEmpty else { continue }
        let size = Array((String(bytes.count, radix: 16) + "\r\n").utf8)
        guard send(size + bytes + [13, 10]) else { return false }
      case .pause(let milliseconds): usleep(UInt32(milliseconds) * 1_000)
      case .hang:
        waitForEnd()
        return false
      case .reset:
        var linger = linger(l_onoff: 1, l_linger: 0)
        let size = socklen_t(MemoryLayout<linger>.size)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, size)
        return false
      case .cut: return false
      }
    }
    return send(Array("0\r\n\r\n".utf8))
  }

  private func head(_ status: Int, _ headers: [(String, String)], length: Int) -> [UInt8] {
    var text = "HTTP/1.1 \(status) Scripted\r\nContent-Length: \(length)\r\n"
    for (name, value) in headers { text += "\(name): \(value)\r\n" }
    return Array((text + "\r\n").utf8)
  }

  private func waitForEnd() {
    var byte: UInt8 = 0
    while unsafe recv(descriptor, &byte, 1, 0) > 0 {}
  }

  private func send(_ bytes: [UInt8]) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Glibc.send(
          descriptor,
          buffer.baseAddress?.advanced(by: sent),
          buffer.count - sent,
          Int32(MSG_NOSIGNAL)
        )
      }
      guard count > 0 else { return false }
      sent += count
    }
    return true
  }
}
