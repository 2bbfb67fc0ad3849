import Values

/// What running one suite of foreign cases gave.
package struct SuiteResult {
  /// The suite's name.
  package let suite: String
  /// Cases that went as the suite demands.
  package private(set) var passed = 0
  /// Cases that were not run, with the reasons.
  package private(set) var skips: [String] = []
  /// Cases that went otherwise: id and first lines of what happened.
  package private(set) var failures: [String] = []

  /// Lines about groups of cases, printed before the summary.
  package var notes: [String] = []

  /// A result without cases.
  package init(suite: String) { self.suite = suite }

  /// Counts a case.
  package mutating func record(_ id: String, failure: String?) {
    if let failure { failures.append("\(id): \(failure)") } else { passed += 1 }
  }

  /// Counts a case that was not run.
  package mutating func skip(_ id: String, reason: String) { skips.append("\(id): \(reason)") }

  /// Number of cases.
  package var total: Int { passed + failures.count + skips.count }

  /// `yaml: 253 passed, 0 failed, 0 skipped of 253`.
  package var summary: String {
    "\(suite): \(passed) passed, \(failures.count) failed, \(skips.count) skipped of \(total)"
  }
}

/// Why a suite could not be run at all.
package struct SuiteUnavailable: Error {
  /// What is missing.
  package let message: String

  /// A reason.
  package init(_ message: String) { self.message = message }
}

/// Files of a suite.
package enum SuiteFile {
  /// A JSON file as a value.
  package static func json(_ path: String) throws(SuiteUnavailable) -> Value {
    let bytes = try bytes(path)
    do {
      return try JSONParser.parse(bytes, depth: 1_000, duplicateKeys: .keepLast)
    } catch {
      throw SuiteUnavailable("\(path) is not JSON: \(error.message) at byte \(error.offset)")
    }
  }

  /// The JSON files of a folder by name without `.json`, sorted; what they hold says what they are.
  package static func documents(
    _ directory: String
  ) throws(SuiteUnavailable) -> [(name: String, content: Value)] {
    var documents: [(name: String, content: Value)] = []
    for file in try names(directory) where file.hasSuffix(".json") {
      documents.append((String(file.dropLast(5)), try json("\(directory)/\(file)")))
    }
    return documents
  }

  /// The elements of the list `key` of every JSON file of a folder that have the field `field`.
  package static func items(
    _ directory: String,
    _ key: String,
    with field: String
  ) throws(SuiteUnavailable) -> [Value] {
    let items = try documents(directory).flatMap { $0.content[key]?.elements ?? [] }
      .filter { $0[field] != nil }
    guard !items.isEmpty else {
      throw SuiteUnavailable("no file of \(directory) has `\(key)` with `\(field)`")
    }
    return items
  }
}

extension Value {
  /// The elements of a list, else none.
  package var elements: [Value] {
    if case .list(let elements) = self { elements } else { [] }
  }

  /// Whether two values are the same JSON value: numbers by value, whatever their kinds.
  package func isSameJSON(as other: Value) -> Bool {
    switch (self, other) {
    case (.list(let left), .list(let right)):
      left.count == right.count && zip(left, right).allSatisfy { $0.isSameJSON(as: $1) }
    case (.map(let left), .map(let right)):
      left.count == right.count
        && left.entries.allSatisfy { entry in
          right[entry.key].map { entry.value.isSameJSON(as: $0) } ?? false
        }
    case (.double(let left), .int(let right)), (.int(let right), .double(let left)):
      left == Double(right)
    case (.double(let left), .uint(let right)), (.uint(let right), .double(let left)):
      left == Double(right)
    default: self == other
    }
  }
}
