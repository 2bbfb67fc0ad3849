import Values

/// Vectors of RFC 8785: documents with their canonical form, and the texts of doubles.
package enum JCSSuite {
  /// Runs every vector below `directory`; each line of numbers is a case.
  package static func run(directory: String) throws(SuiteUnavailable) -> SuiteResult {
    var result = SuiteResult(suite: "jcs")
    for file in try SuiteFile.names("\(directory)/input") where file.hasSuffix(".json") {
      let input = try SuiteFile.bytes("\(directory)/input/\(file)")
      let output = try SuiteFile.bytes("\(directory)/output/\(file)")
      result.record(String(file.dropLast(5)), failure: failure(input, output))
    }
    for line in try numbers(directory) {
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

  /// The lines of the files of numbers: bits in hexadecimal, a comma, the text.
  private static func numbers(_ directory: String) throws(SuiteUnavailable) -> [ArraySlice<UInt8>] {
    var lines: [ArraySlice<UInt8>] = []
    for file in try SuiteFile.names(directory)
    where file.hasSuffix(".txt") && !file.hasPrefix("LICEN") {
      lines += try SuiteFile.bytes("\(directory)/\(file)").split(separator: 0x0A)
    }
    return lines
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
