import Expression
import Source
import Values

/// The Common Expression Language's own tests, as JSON.
package enum CELSuite {
  /// Cases that are meant to go otherwise, and why.
  ///
  /// The suite rounds an int to a double before it compares the two, so that 2⁶³ - 1 is neither
  /// less than 2⁶³ nor equal to it nor greater. Here numbers compare by value.
  package static let deviations = [
    "comparisons/lt_literal/not_lt_dyn_int_big_lossy_double": "2⁶³ - 1 is less than 2⁶³",
    "comparisons/lte_literal/lte_dyn_big_double_int": "2⁶³ is not at most 2⁶³ - 1",
  ]

  /// Runs every test of the files in `directory`.
  package static func run(directory: String) throws(SuiteUnavailable) -> SuiteResult {
    var result = SuiteResult(suite: "cel")
    let documents = try SuiteFile.documents(directory)
    let registry = registry(documents)
    for (file, content) in documents {
      for section in content["sections"]?.elements ?? [] {
        for test in section["tests"]?.elements ?? [] {
          let name = test["name"]?.text ?? ""
          let id = "\(file)/\(section["name"]?.text ?? "")/\(name)"
          let failure = CELTest(test, registry: registry).failure()
          if let reason = deviations[id], failure != nil {
            result.skip(id, reason: reason)
          } else {
            result.record(id, failure: failure)
          }
        }
      }
    }
    return result
  }

  /// The messages that a file of `messages` describes, if there is one.
  private static func registry(_ documents: [(name: String, content: Value)]) -> RecordRegistry {
    let descriptors = documents.first { $0.content["messages"] != nil }?.content
    return CELDescriptors.registry(descriptors ?? .map([:]))
  }

  /// Runs tests of your own, in the suite's encoding, with the messages that lie in `directory`.
  package static func run(
    _ tests: [Value],
    directory: String
  ) throws(SuiteUnavailable) -> SuiteResult {
    var result = SuiteResult(suite: "cel")
    let registry = registry(try SuiteFile.documents(directory))
    for test in tests {
      result.record(test["expr"]?.text ?? "", failure: CELTest(test, registry: registry).failure())
    }
    return result
  }
}

/// One test.
private struct CELTest {
  private let test: Value
  private let values: CELValues
  private let text: String

  init(_ test: Value, registry: RecordRegistry) {
    self.test = test
    values = CELValues(
      registry: registry,
      hasStrongEnumerations: test["profile"]?.text == "strong_enums"
    )
    text = test["expr"]?.text ?? ""
  }

  private func flag(_ name: String) -> Bool {
    if case .bool(true)? = test[name] { true } else { false }
  }

  /// What went wrong; nil when the test passes.
  func failure() -> String? {
    var bound: [String: Value] = [:]
    for (name, value) in CELDescriptors.entries(test["bindings"]) {
      bound[name] = values.value(value)
    }
    let environment = environment(bound)
    let (program, diagnostics) = Program.compile(
      SourceText(name: "test", text: text),
      in: environment
    )
    let expected = test["expect"]
    guard let program else {
      if expected?["error"] != nil { return nil }
      let messages = diagnostics.map(\.message).joined(separator: "; ")
      return "`\(text)` is refused: \(messages)"
    }
    if let type = expected?["type"] {
      let wanted = values.type(type)
      if program.type != wanted {
        return "`\(text)` has type \(program.type.name), wanted \(wanted.name)"
      }
      if flag("check_only") || expected?["value"] == nil { return nil }
    }
    var memory = Memory(slotCount: environment.variables.count)
    for variable in environment.variables { memory.set(variable.slot, bound[variable.name]) }
    return compare(program.evaluate(memory), expected)
  }

  private func environment(_ bound: [String: Value]) -> Environment {
    var variables: [Environment.Variable] = []
    var functions: [Environment.Function] = []
    for declaration in test["decls"]?.elements ?? [] {
      let name = declaration["name"]?.text ?? ""
      if let type = declaration["type"] {
        variables.append(
          Environment.Variable(name: name, type: values.type(type), slot: variables.count)
        )
      }
      for overload in declaration["overloads"]?.elements ?? [] {
        var isMember = false
        if case .bool(true)? = overload["member"] { isMember = true }
        functions.append(
          Environment.Function(
            name: name,
            parameters: overload["params"]?.elements.map { values.type($0) } ?? [],
            result: overload["result"].map { values.type($0) } ?? .dyn,
            isMember: isMember
          )
        )
      }
    }
    for name in bound.keys.sorted() where !variables.contains(where: { $0.name == name }) {
      variables.append(Environment.Variable(name: name, type: .dyn, slot: variables.count))
    }
    var environment = Environment(
      variables: variables,
      records: values.registry,
      container: test["container"]?.text ?? "",
      dialect: .cel
    )
    environment.functions = functions
    environment.options.checksTypes = !flag("disable_check")
    environment.options.expandsMacros = !flag("disable_macros")
    environment.options.hasStrongEnumerations = values.hasStrongEnumerations
    environment.options.hasBlockMacros = true
    return environment
  }

  private func compare(_ evaluation: Evaluation, _ expected: Value?) -> String? {
    switch evaluation {
    case .failure(let error):
      return expected?["error"] != nil ? nil : "`\(text)` fails: \(error.message)"
    case .value(let found):
      guard let wanted = expected?["value"] else {
        return "`\(text)` gives \(found), wanted an error"
      }
      let value = values.value(wanted)
      return CELValues.same(found, value) ? nil : "`\(text)` gives \(found), wanted \(value)"
    }
  }
}
