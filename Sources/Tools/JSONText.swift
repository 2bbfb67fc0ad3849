import Values

/// The JSON of requests and answers.
package enum JSONText {
  /// The value of an answer; the failure says in words what is wrong and where.
  package static func value(of bytes: [UInt8]) -> Result<Value, Flaw> {
    do throws(JSONError) {
      return .success(try JSONParser.parse(bytes, lostDigits: .refuse))
    } catch {
      return .failure(Flaw(message: "\(error.message) (at byte \(error.offset))"))
    }
  }

  /// The bytes of a request.
  package static func bytes(of value: Value) -> [UInt8] { JSONWriter.bytes(value) }

  /// Why bytes are not JSON.
  package struct Flaw: Error {
    /// What is wrong, in words.
    package let message: String
  }
}
