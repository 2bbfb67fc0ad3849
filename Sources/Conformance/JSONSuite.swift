import Document
import Source
import Values

/// Parsing cases of JSONTestSuite.
///
/// Where RFC 8259 leaves the choice, this reader refuses what is not Unicode text (bytes that are
/// not UTF-8, lone surrogates), numbers beyond a 64-bit float and nesting beyond its limit, and
/// accepts a byte-order mark, integers beyond 64 bits (as doubles) and underflow to zero.
package enum JSONSuite {
  /// Cases that RFC 8259 leaves open and that this reader accepts.
  private static let chosenAccepted = [
    "i_number_double_huge_neg_exp", "i_number_real_underflow", "i_number_too_big_neg_int",
    "i_number_too_big_pos_int", "i_number_very_big_negative_int",
    "i_structure_UTF-8_BOM_empty_object",
  ]

  /// Runs every case below `directory`.
  package static func run(directory: String) throws(SuiteUnavailable) -> SuiteResult {
    var result = SuiteResult(suite: "json")
    for item in try SuiteFile.items(directory, "cases", with: "expect") {
      result.record(item["id"]?.text ?? "?", failure: failure(item))
    }
    return result
  }

  private static func failure(_ item: Value) -> String? {
    let bytes = bytes(item)
    let isAccepted: Bool
    switch item["expect"]?.text {
    case "accept": isAccepted = true
    case "reject": isAccepted = false
    default: isAccepted = chosenAccepted.contains(item["id"]?.text ?? "")
    }
    do {
      let value = try JSONParser.parse(bytes, duplicateKeys: .keepLast)
      guard isAccepted else { return "accepted, must be refused" }
      let again = try JSONParser.parse(JSONWriter.bytes(value))
      guard again == value else { return "changes when written and read again" }
      return nodeFailure(bytes, value)
    } catch {
      return isAccepted ? "refused at byte \(error.offset): \(error.message)" : nodeRefusal(bytes)
    }
  }

  /// The reader that keeps positions must agree, but for equal keys and for integers whose digits
  /// would be lost, which it refuses.
  private static func nodeFailure(_ bytes: [UInt8], _ value: Value) -> String? {
    let file = SourceFile(name: "case.json", bytes: bytes)
    let (root, diagnostics) = DocumentParser.json(SourceText(file), limits: Limits())
    if let code = diagnostics.first?.code, [.jsonDuplicateKey, .jsonNumberRange].contains(code) {
      return nil
    }
    guard let root else { return "the document reader says: \(diagnostics.first?.message ?? "")" }
    return root.value == value ? nil : "the document reader finds another value"
  }

  private static func nodeRefusal(_ bytes: [UInt8]) -> String? {
    let file = SourceFile(name: "case.json", bytes: bytes)
    return DocumentParser.json(SourceText(file), limits: Limits()).diagnostics.hasErrors
      ? nil : "the document reader accepts it"
  }

  private static func bytes(_ item: Value) -> [UInt8] {
    if let text = item["text"]?.text { return Array(text.utf8) }
    if let base64 = item["b64"]?.text { return decodeBase64(base64) }
    guard let repeated = item["repeat"], case .int(let times) = repeated["times"] else { return [] }
    let unit = Array((repeated["unit"]?.text ?? "").utf8)
    var bytes: [UInt8] = []
    for _ in 0..<times { bytes.append(contentsOf: unit) }
    return bytes + Array((repeated["tail"]?.text ?? "").utf8)
  }

  private static func decodeBase64(_ text: String) -> [UInt8] {
    var bytes: [UInt8] = []
    var bits: UInt32 = 0
    var count = 0
    for digit in text.utf8 where digit != UInt8(ascii: "=") {
      let value: UInt8
      switch digit {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = digit - 65
      case UInt8(ascii: "a")...UInt8(ascii: "z"): value = digit - 71
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = digit + 4
      case UInt8(ascii: "+"): value = 62
      default: value = 63
      }
      bits = bits << 6 | UInt32(value)
      count += 6
      if count >= 8 {
        count -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
      }
    }
    return bytes
  }
}
