import Values

/// Vectors of RFC 8785: documents with their canonical form, and the texts of doubles.
package enum JCSSuite {
  private static let documents = [
    "arrays", "french", "structures", "unicode", "values", "weird",
  ]

  /// Runs every vector below `directory`; each line of numbers is a case.
  package static func run(directory: String) throws(SuiteUnavailable) -> SuiteResult {
    var result = SuiteResult(suite: "jcs")
    for name in documents {
      let input = try SuiteFile.bytes("\(directory)/input/\(name).json")
      let output = try SuiteFile.bytes("\(directory)/output/\(name).json")
      result.record(name, failure: failure(input, output))
    }
    let lines = try SuiteFile.bytes("\(directory)/es6-numbers-10000.txt").split(separator: 0x0A)
    for line in lines {
      let parts = line.split(separator: 0x2C)
      guard parts.count == 2,
        let bits = UInt64(String(decoding: parts[0], as: UTF8.self), radix: 16)
      else {
        result.skip(String(decoding: line, as: UTF8.self), reason: "not a vector")
        continue
      }
      let name = String(decoding: parts[0], as: UTF8.self)
      let wanted = String(decoding: parts[1], as: UTF8.self)
      let found = canonical(.double(Double(bitPattern: bits)))
      result.record(name, failure: found == wanted ? nil : "found \(found), wanted \(wanted)")
    }
    return result
  }

  private static func canonical(_ value: Value) -> String {
    do {
      return String(decoding: try CanonicalJSON.bytes(value), as: UTF8.self)
    } catch {
      return "refused: \(error)"
    }
  }

  private static func failure(_ input: [UInt8], _ output: [UInt8]) -> String? {
    do {
      let found = canonical(try JSONParser.parse(input))
      let wanted = String(decoding: output, as: UTF8.self)
      return found.sameScalars(as: wanted) ? nil : "found \(found), wanted \(wanted)"
    } catch {
      return "\(error.message) at byte \(error.offset)"
    }
  }
}
