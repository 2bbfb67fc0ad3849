/// An IPv4 or IPv6 address as its 4 or 16 bytes.
package struct NetworkAddress: Sendable, Hashable {
  /// The bytes, in network order.
  package let bytes: [UInt8]

  /// An address of 4 or 16 bytes; nil for any other number.
  package init?(bytes: [UInt8]) {
    guard bytes.count == 4 || bytes.count == 16 else { return nil }
    self.bytes = bytes
  }

  /// Whether the address can be reached across the public internet.
  ///
  /// False for every range of the IANA special-purpose registries (RFC 6890 and successors) that is
  /// not globally reachable, for multicast, and for IPv6 forms that carry such an IPv4 address
  /// (mapped, compatible, NAT64, 6to4, Teredo). IPv6 outside 2000::/3 is not allocated: false.
  package var isGlobal: Bool {
    bytes.count == 4 ? Self.isGlobalFour(bytes[...]) : isGlobalSix
  }

  private static func isGlobalFour(_ bytes: ArraySlice<UInt8>) -> Bool {
    let number = bytes.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    return !nonGlobalFour.contains { range in
      number >> (32 - range.length) == range.prefix >> (32 - range.length)
    }
  }

  private static let nonGlobalFour: [(prefix: UInt32, length: UInt32)] = [
    (0x0000_0000, 8), (0x0a00_0000, 8), (0x6440_0000, 10), (0x7f00_0000, 8), (0xa9fe_0000, 16),
    (0xac10_0000, 12), (0xc000_0000, 24), (0xc000_0200, 24), (0xc058_6300, 24), (0xc0a8_0000, 16),
    (0xc612_0000, 15), (0xc633_6400, 24), (0xcb00_7100, 24), (0xe000_0000, 4), (0xf000_0000, 4),
  ]

  private var isGlobalSix: Bool {
    // NAT64 (64:ff9b::/96) reaches what its last four bytes name.
    if hasPrefix([0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0]) {
      return Self.isGlobalFour(bytes[12...])
    }
    guard bytes[0] >> 5 == 1 else { return false }
    if hasPrefix([0x20, 0x02]) { return Self.isGlobalFour(bytes[2..<6]) }
    // 2001::/23 is for protocols (Teredo, ORCHID, benchmarks), 2001:db8::/32 and 3fff::/20 for
    // documents.
    if hasPrefix([0x20, 0x01]), bytes[2] < 2 { return false }
    if hasPrefix([0x20, 0x01, 0x0d, 0xb8]) { return false }
    if hasPrefix([0x3f, 0xff]), bytes[2] < 0x10 { return false }
    return true
  }

  private func hasPrefix(_ prefix: [UInt8]) -> Bool { bytes.starts(with: prefix) }

  /// A dotted quad of decimal numbers without leading zeros; nil for every other spelling.
  package init?(dottedQuad text: some StringProtocol) {
    let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var bytes: [UInt8] = []
    for part in parts {
      guard (1...3).contains(part.count), part.count == 1 || part.first != UInt8(ascii: "0"),
        part.allSatisfy({ (0x30...0x39).contains($0) })
      else { return nil }
      let number = part.reduce(0) { $0 * 10 + Int($1 - 0x30) }
      guard number <= 255 else { return nil }
      bytes.append(UInt8(number))
    }
    self.bytes = bytes
  }

  /// The text form of IPv6 (RFC 4291, section 2.2) without brackets or zone; nil for anything else.
  package init?(colonHex text: String) {
    var groups: [UInt16] = []
    var gap: Int?
    var rest = text.utf8[...]
    if rest.starts(with: "::".utf8) {
      gap = 0
      rest = rest.dropFirst(2)
    }
    while !rest.isEmpty {
      let group = rest.prefix { $0 != UInt8(ascii: ":") }
      if let four = NetworkAddress(dottedQuad: String(decoding: group, as: UTF8.self)) {
        guard group.endIndex == rest.endIndex, groups.count <= 6 else { return nil }
        groups.append(UInt16(four.bytes[0]) << 8 | UInt16(four.bytes[1]))
        groups.append(UInt16(four.bytes[2]) << 8 | UInt16(four.bytes[3]))
        rest = rest[rest.endIndex...]
        break
      }
      guard (1...4).contains(group.count), groups.count < 8,
        let number = UInt16(String(decoding: group, as: UTF8.self), radix: 16),
        group.first != UInt8(ascii: "+"), group.first != UInt8(ascii: "-")
      else { return nil }
      groups.append(number)
      rest = rest[group.endIndex...]
      guard !rest.isEmpty else { break }
      rest = rest.dropFirst()
      if rest.first == UInt8(ascii: ":") {
        guard gap == nil else { return nil }
        gap = groups.count
        rest = rest.dropFirst()
      } else if rest.isEmpty {
        return nil
      }
    }
    if let gap {
      guard groups.count < 8 else { return nil }
      groups.insert(contentsOf: repeatElement(0, count: 8 - groups.count), at: gap)
    }
    guard groups.count == 8 else { return nil }
    bytes = groups.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xff)] }
  }
}
