import Source

/// The places of a start tag's attributes, which expat does not tell.
///
/// The tag is well-formed, since expat has accepted it.
struct XMLTag {
  private struct Place {
    /// The name as written, prefix included.
    let name: String
    /// Bytes of the value between its quotes.
    let range: Range<Int>
  }

  let file: SourceFile
  let span: SourceSpan
  private let places: [Place]

  init(_ file: SourceFile, _ start: Int) {
    self.file = file
    let bytes = file.bytes
    var index = min(start + 1, bytes.count)
    while index < bytes.count, !Self.endsName(bytes[index]) { index += 1 }
    var places: [Place] = []
    while index < bytes.count {
      let byte = bytes[index]
      if byte == UInt8(ascii: ">") {
        index += 1
        break
      }
      if Self.endsName(byte) {
        index += 1
        continue
      }
      let nameStart = index
      while index < bytes.count, !Self.endsName(bytes[index]), bytes[index] != UInt8(ascii: "=") {
        index += 1
      }
      let name = String(decoding: bytes[nameStart..<index], as: UTF8.self)
      while index < bytes.count, bytes[index] != UInt8(ascii: "\""),
        bytes[index] != UInt8(ascii: "'")
      {
        index += 1
      }
      guard index < bytes.count else { break }
      let quote = bytes[index]
      let valueStart = index + 1
      index = valueStart
      while index < bytes.count, bytes[index] != quote { index += 1 }
      places.append(Place(name: name, range: valueStart..<index))
      index = min(index + 1, bytes.count)
    }
    span = SourceSpan(file: file, start: start, end: index)
    self.places = places
  }

  private static func endsName(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D || byte == UInt8(ascii: ">")
      || byte == UInt8(ascii: "/")
  }

  /// The attribute that expat calls `name`, with the place of its value.
  func attribute(_ name: String, _ value: String) -> XMLElement.Attribute {
    let (namespace, local) = XMLTreeBuilder.split(name)
    let place = places.first { place in
      namespace == nil
        ? place.name.utf8.elementsEqual(local.utf8)
        : place.name.utf8.elementsEqual(local.utf8)
          || (place.name.hasSuffix(":" + local) && !place.name.hasPrefix("xmlns:"))
    }
    let range = place?.range ?? span.start..<span.end
    return XMLElement.Attribute(
      name: local,
      namespace: namespace,
      text: SourceText(
        file: file,
        text: value,
        segments: segments(value, range),
        fileEnd: range.upperBound
      )
    )
  }

  /// Where the runs of a decoded value stand: each reference and each line break starts a new one.
  private func segments(_ value: String, _ range: Range<Int>) -> [SourceText.Segment] {
    var segments = [SourceText.Segment(textOffset: 0, fileOffset: range.lowerBound)]
    if value.utf8.count == range.count { return segments }
    let bytes = file.bytes
    var decoded = 0
    var index = range.lowerBound
    let scalars = value.unicodeScalars
    var scalar = scalars.startIndex
    while index < range.upperBound, scalar < scalars.endIndex {
      let isReference = bytes[index] == UInt8(ascii: "&")
      let isBreak =
        bytes[index] == 0x0D && index + 1 < range.upperBound && bytes[index + 1] == 0x0A
      let width = UTF8.width(scalars[scalar])
      if isReference {
        while index < range.upperBound, bytes[index] != UInt8(ascii: ";") { index += 1 }
        index += 1
      } else {
        index += isBreak ? 2 : width
      }
      decoded += width
      scalar = scalars.index(after: scalar)
      if isReference || isBreak {
        segments.append(SourceText.Segment(textOffset: decoded, fileOffset: index))
      }
    }
    return segments
  }
}
