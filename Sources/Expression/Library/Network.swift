/// IP addresses and CIDR prefixes, as the network extension defines them.
enum Network {
  static let address = "net.IP"
  static let prefix = "net.CIDR"

  /// The bytes of an address (4 or 16), or what is wrong with the text.
  static func parse(_ text: String) -> Result<[UInt8], AddressError> {
    let bytes = Array(text.utf8)
    if bytes.contains(0x25) { return .failure(AddressError(message: Messages.addressZone)) }
    if !bytes.contains(0x3A) {
      guard let parts = parseV4(bytes[...]) else {
        return .failure(AddressError(message: Messages.badAddress(text)))
      }
      return .success(parts)
    }
    guard let parts = parseV6(bytes) else {
      return .failure(AddressError(message: Messages.badAddress(text)))
    }
    if parts.prefix(12).elementsEqual(mapped) {
      if bytes.contains(0x2E) {
        return .failure(AddressError(message: Messages.mappedAddress))
      }
      return .success(Array(parts[12...]))
    }
    return .success(parts)
  }

  struct AddressError: Error {
    let message: String
  }

  private static let mapped = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]

  private static func parseV4(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
    let parts = bytes.split(separator: 0x2E, omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var result: [UInt8] = []
    for part in parts {
      guard (1...3).contains(part.count), part.allSatisfy(Lexer.isDigit),
        part.count == 1 || part.first != 0x30,
        let number = UInt8(String(decoding: part, as: UTF8.self))
      else { return nil }
      result.append(number)
    }
    return result
  }

  private static func parseV6(_ bytes: [UInt8]) -> [UInt8]? {
    var head: [UInt8] = []
    var tail: [UInt8]?
    var index = 0
    if bytes.starts(with: [0x3A, 0x3A]) {
      tail = []
      index = 2
    } else if bytes.first == 0x3A {
      return nil
    }
    while index < bytes.count {
      let start = index
      while index < bytes.count, Lexer.isHex(bytes[index]) { index += 1 }
      if index < bytes.count, bytes[index] == 0x2E {
        guard let four = parseV4(bytes[start...]) else { return nil }
        if tail == nil { head += four } else { tail? += four }
        index = bytes.count
        break
      }
      guard (1...4).contains(index - start),
        let group = UInt16(String(decoding: bytes[start..<index], as: UTF8.self), radix: 16)
      else { return nil }
      let pair = [UInt8(group >> 8), UInt8(group & 0xFF)]
      if tail == nil { head += pair } else { tail? += pair }
      guard index < bytes.count else { break }
      guard bytes[index] == 0x3A else { return nil }
      index += 1
      if index < bytes.count, bytes[index] == 0x3A {
        guard tail == nil else { return nil }
        tail = []
        index += 1
      } else if index == bytes.count {
        return nil
      }
    }
    let count = head.count + (tail?.count ?? 0)
    guard let tail else { return count == 16 ? head : nil }
    guard count <= 14 else { return nil }
    return head + [UInt8](repeating: 0, count: 16 - count) + tail
  }

  /// Canonical text (RFC 5952).
  static func text(_ bytes: [UInt8]) -> String {
    if bytes.count == 4 { return bytes.map(String.init).joined(separator: ".") }
    let groups = (0..<8).map { UInt16(bytes[2 * $0]) << 8 | UInt16(bytes[2 * $0 + 1]) }
    var best = (start: -1, count: 1)
    var index = 0
    while index < 8 {
      let start = index
      while index < 8, groups[index] == 0 { index += 1 }
      if index - start > best.count { best = (start, index - start) }
      index += 1
    }
    func hex(_ range: Range<Int>) -> String {
      range.map { String(groups[$0], radix: 16) }.joined(separator: ":")
    }
    guard best.start >= 0 else { return hex(0..<8) }
    return hex(0..<best.start) + "::" + hex((best.start + best.count)..<8)
  }

  /// An address and the length of its prefix.
  static func parsePrefix(_ text: String) -> Result<([UInt8], Int), AddressError> {
    guard let slash = text.lastIndex(of: "/") else {
      return .failure(AddressError(message: Messages.badPrefix(text)))
    }
    let digits = text[text.index(after: slash)...]
    let addressText = String(text[..<slash])
    switch parse(addressText) {
    case .failure(let error): return .failure(error)
    case .success(let bytes):
      guard (1...3).contains(digits.utf8.count), digits.utf8.allSatisfy(Lexer.isDigit),
        digits.utf8.count == 1 || digits.utf8.first != 0x30,
        let length = Int(digits), length <= bytes.count * 8,
        addressText.utf8.contains(0x3A) == (bytes.count == 16)
      else { return .failure(AddressError(message: Messages.badPrefix(text))) }
      return .success((bytes, length))
    }
  }

  static func masked(_ bytes: [UInt8], _ length: Int) -> [UInt8] {
    bytes.enumerated().map { index, byte in
      let kept = max(0, min(8, length - index * 8))
      return kept == 8 ? byte : byte & UInt8(truncatingIfNeeded: 0xFF00 >> kept)
    }
  }

  // MARK: Functions

  private static func isOpaque(_ cell: Cell, _ type: String) -> Bool {
    cell.tag == Tag.opaque && cell.typeName.text.string == type
  }

  private static func make(_ type: String, _ text: String, _ context: Context) -> Cell {
    // Addresses are short: no text of theirs has a price of its own.
    context.opaque(context.text(type, isPaid: true), context.text(text, isPaid: true))
  }

  static func ip(_ cell: Cell, _ context: Context) -> Cell {
    if isOpaque(cell, prefix) { return addressOf(cell, context) }
    guard cell.isString else { return noOverload("ip", [cell], context) }
    switch parse(cell.text.string) {
    case .success(let bytes): return make(address, text(bytes), context)
    case .failure(let error): return context.fail(.invalidArgument, error.message)
    }
  }

  static func cidr(_ cell: Cell, _ context: Context) -> Cell {
    guard cell.isString else { return noOverload("cidr", [cell], context) }
    switch parsePrefix(cell.text.string) {
    case .success(let (bytes, length)):
      return make(prefix, text(bytes) + "/" + String(length), context)
    case .failure(let error): return context.fail(.invalidArgument, error.message)
    }
  }

  static func isAddress(_ cell: Cell, _ context: Context) -> Cell {
    guard cell.isString else { return noOverload("isIP", [cell], context) }
    if case .success = parse(cell.text.string) { return Cell(true) }
    return Cell(false)
  }

  static func isPrefix(_ cell: Cell, _ context: Context) -> Cell {
    guard cell.isString else { return noOverload("isCIDR", [cell], context) }
    if case .success = parsePrefix(cell.text.string) { return Cell(true) }
    return Cell(false)
  }

  static func isCanonical(_ cell: Cell, _ context: Context) -> Cell {
    let made = ip(cell, context)
    return made.isError ? made : Cell(made.opaqueText.text.compare(cell.text) == 0)
  }

  static func noOverload(_ name: String, _ cells: [Cell], _ context: Context) -> Cell {
    context.fail(.noSuchOverload, Messages.noOverload(name, cells))
  }

  private static func bytes(_ cell: Cell) -> [UInt8]? {
    let text: String
    if isOpaque(cell, address) {
      text = cell.opaqueText.text.string
    } else if cell.isString {
      text = cell.text.string
    } else {
      return nil
    }
    return try? parse(text).get()
  }

  private static func network(_ cell: Cell) -> ([UInt8], Int)? {
    let text: String
    if isOpaque(cell, prefix) {
      text = cell.opaqueText.text.string
    } else if cell.isString {
      text = cell.text.string
    } else {
      return nil
    }
    return try? parsePrefix(text).get()
  }

  static func property(
    _ name: String,
    _ cell: Cell,
    _ context: Context,
    _ body: ([UInt8]) -> Cell
  ) -> Cell {
    guard isOpaque(cell, address), let bytes = bytes(cell) else {
      return noOverload(name, [cell], context)
    }
    return body(bytes)
  }

  static func isUnspecified(_ bytes: [UInt8]) -> Bool { bytes.allSatisfy { $0 == 0 } }

  static func isLoopback(_ bytes: [UInt8]) -> Bool {
    bytes.count == 4
      ? bytes[0] == 127 : bytes.dropLast().allSatisfy { $0 == 0 } && bytes[15] == 1
  }

  static func isLinkLocalMulticast(_ bytes: [UInt8]) -> Bool {
    bytes.count == 4
      ? bytes[0] == 224 && bytes[1] == 0 && bytes[2] == 0
      : bytes[0] == 0xFF && bytes[1] & 0x0F == 2
  }

  static func isLinkLocalUnicast(_ bytes: [UInt8]) -> Bool {
    bytes.count == 4
      ? bytes[0] == 169 && bytes[1] == 254 : bytes[0] == 0xFE && bytes[1] & 0xC0 == 0x80
  }

  static func isGlobalUnicast(_ bytes: [UInt8]) -> Bool {
    let isMulticast = bytes.count == 4 ? bytes[0] & 0xF0 == 0xE0 : bytes[0] == 0xFF
    let isBroadcast = bytes.count == 4 && bytes.allSatisfy { $0 == 255 }
    return !isMulticast && !isBroadcast && !isUnspecified(bytes) && !isLoopback(bytes)
      && !isLinkLocalUnicast(bytes)
  }

  static func contains(_ cell: Cell, _ other: Cell, _ context: Context, prefixes: Bool) -> Cell {
    guard isOpaque(cell, prefix), let (base, length) = network(cell) else {
      return noOverload("containsIP", [cell, other], context)
    }
    var inner: ([UInt8], Int)?
    if prefixes {
      inner = network(other)
    } else if let bytes = bytes(other) {
      inner = (bytes, bytes.count * 8)
    }
    guard let (bytes, innerLength) = inner else {
      return other.isString
        ? context.fail(.invalidArgument, Messages.badAddress(other.text.string))
        : noOverload("containsIP", [cell, other], context)
    }
    return Cell(
      bytes.count == base.count && innerLength >= length
        && masked(bytes, length) == masked(base, length)
    )
  }

  private static func addressOf(_ cell: Cell, _ context: Context) -> Cell {
    guard let (bytes, _) = network(cell) else { return noOverload("ip", [cell], context) }
    return make(address, text(bytes), context)
  }

  static func maskedPrefix(_ cell: Cell, _ context: Context) -> Cell {
    guard isOpaque(cell, prefix), let (bytes, length) = network(cell) else {
      return noOverload("masked", [cell], context)
    }
    return make(prefix, text(masked(bytes, length)) + "/" + String(length), context)
  }

  static func prefixLength(_ cell: Cell, _ context: Context) -> Cell {
    guard isOpaque(cell, prefix), let (_, length) = network(cell) else {
      return noOverload("prefixLength", [cell], context)
    }
    return Cell(length)
  }
}
