/// The texts of findings about queries that parse.
enum QueryMessages {
  static let narrower = "ask for the part of the document that is needed, without nested `..`"
  static let startupFileHint =
    "move the file away, or run with HOME unset: the engine reads it and lets it redefine queries"
  static let digits = "digits are [0-9], letters \\p{L}, blanks [ \\t\\n\\r]"

  static let tooManyTests = "the query holds more tests than the query engine can take"

  static func tooDeep(_ limit: Int) -> String { "the document nests deeper than \(limit)" }
  static func tooLarge(_ limit: Int) -> String { "the document has more than \(limit) nodes" }
  static func tooCostly(_ estimate: Int, _ limit: Int) -> String {
    "the query may take \(estimate) steps on this document, more than \(limit)"
  }
  static func tooManyResults(_ limit: Int) -> String {
    "the query selects more than \(limit) nodes"
  }
  static func startupFile(_ path: String) -> String {
    "queries are refused while the file `\(path)` exists"
  }
  static func engine(_ words: String) -> String { "the query engine does not work: \(words)" }
  static func tooManyParts(_ limit: Int) -> String {
    "more than \(limit) selectors, tests and operands"
  }
  static func repeatsNodes(_ limit: Int) -> String {
    "the query may select the same node more than \(limit) times"
  }
  static func badPattern(_ pattern: String) -> String {
    "`\(pattern)` is no I-Regexp, so that this test is always false"
  }
  static func largePattern(_ pattern: String) -> String {
    "the pattern `\(pattern)` is larger than allowed"
  }
}
