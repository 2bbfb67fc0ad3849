/// A request as the loopback server saw it.
package struct LoopbackRequest: Sendable {
  /// The method.
  package let method: String
  /// Path and query.
  package let target: String
  /// The fields in their order, names in lower case.
  package let headers: [(name: String, value: String)]
  /// The body.
  package let body: [UInt8]

  /// The value of the first field of that (lower-case) name.
  package func header(_ name: String) -> String? {
    headers.first { $0.name == name }?.value
  }

  /// The body as text.
  package var text: String { String(decoding: body, as: UTF8.self) }
}

/// A part of an answer that comes in pieces.
package enum LoopbackPiece: Sendable {
  /// Bytes, as one chunk.
  case bytes([UInt8])
  /// Silence for so long.
  case pause(milliseconds: Int)
  /// Silence until the other side goes away.
  case hang
  /// The connection is reset.
  case reset
  /// The connection ends without the end of the answer.
  case cut

  /// Text, as one chunk.
  package static func text(_ text: String) -> LoopbackPiece { .bytes(Array(text.utf8)) }
}

/// What the loopback server does with a request, good or bad.
package enum LoopbackReply: Sendable {
  /// A whole answer.
  case answer(status: Int, headers: [(String, String)], body: [UInt8])
  /// Silence until the other side goes away.
  case hang
  /// A proper head, then the body byte by byte.
  case drip(body: [UInt8], millisecondsPerByte: Int)
  /// A head that promises more than what follows, then the end of the connection.
  case cut(promised: Int, body: [UInt8])
  /// A head that promises nothing, then bytes without end until the other side goes away.
  case flood
  /// The end of the connection without a byte.
  case close
  /// An answer of status 200 in pieces, with a proper end unless a piece prevents it.
  case pieces(type: String, [LoopbackPiece])
  /// Silence, then another answer.
  indirect case late(milliseconds: Int, LoopbackReply)
  /// These bytes as they are, then the end of the connection.
  case raw([UInt8])

  /// A JSON answer.
  package static func json(
    _ text: String,
    status: Int = 200,
    headers: [(String, String)] = []
  ) -> LoopbackReply {
    .answer(
      status: status,
      headers: [("Content-Type", "application/json")] + headers,
      body: Array(text.utf8)
    )
  }

  /// A redirect.
  package static func redirect(to target: String) -> LoopbackReply {
    .answer(status: 302, headers: [("Location", target)], body: [])
  }
}
