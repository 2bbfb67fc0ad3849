import Source
import Values

/// The declared operators, functions and macros, with what they mean.
public struct FunctionReference: Sendable {
  /// Which part of the library an entry belongs to.
  public enum Section: String, Sendable, CaseIterable {
    /// Infix and prefix operators.
    case operators
    /// Functions of the language definition.
    case standard
    /// Functions of the extension libraries.
    case extensions
    /// Functions that only flows have.
    case flow
    /// Macros, which the parser expands.
    case macros
  }

  /// What the cost of a call grows with, the cheapest first.
  public enum Cost: String, Sendable, CaseIterable {
    /// The same for all values.
    case one
    /// A tenth or so for each character or byte.
    case tenths
    /// One or a few for each element, or for each character of the result.
    case elements
    /// The sizes of two arguments multiplied, or the square of one.
    case product
    /// The body's own cost for each element.
    case body
  }

  /// One function, operator or macro.
  public struct Entry: Sendable {
    /// The name as it is called; an operator as `_+_`, a macro with its arguments.
    public let name: String
    /// The part of the library.
    public let section: Section
    /// The overloads, receiver in brackets; none for macros.
    public let overloads: [String]
    /// What it does, in one line.
    public let meaning: String
    /// An expression that uses it.
    public let example: String

    /// Whether it is called on a value, by at least one overload.
    public var isMember: Bool { overloads.contains { $0.utf8.first == 0x5B } }
    /// Whether it is called by its name alone, by at least one overload.
    public var isGlobal: Bool { overloads.contains { $0.utf8.first != 0x5B } }
  }

  /// All entries, in order of the sections.
  public static let entries: [Entry] =
    read(FunctionTexts.operators, .operators, [Signatures.standard])
    + read(FunctionTexts.standard, .standard, [Signatures.standard, Signatures.extensions])
    + read(FunctionTexts.extensions, .extensions, [Signatures.extensions])
    + read(FunctionTexts.flow, .flow, [Signatures.flow])
    + read(FunctionTexts.macros, .macros, [])

  /// The environment of the examples: `input`, `now` and the schema `person`; `queries` is the
  /// language of the query functions.
  public static func exampleEnvironment(
    _ section: Section,
    queries: (any QueryLanguage)? = nil
  ) -> Environment {
    var environment = Environment(
      variables: [
        .init(name: "input", type: .map(.string, .dyn), slot: 0),
        .init(name: "now", type: .timestamp, slot: 1),
      ],
      dialect: section == .flow ? .flow : .cel
    )
    environment.queryLanguage = queries
    environment.queryVariables = ["input"]
    environment.schemaChecks["person"] = { value in
      if case .map = value { nil } else { "expected an object" }
    }
    return environment
  }

  /// The values of the example environment.
  public static var exampleMemory: Memory {
    var memory = Memory(slotCount: 2)
    memory.set(
      0,
      .map(["name": .string("Ada"), "tags": .list([.string("a"), .string("b")])])
    )
    memory.set(1, .timestamp(Timestamp(seconds: 1_767_225_600, nanoseconds: 0)))
    return memory
  }

  /// What an entry's example comes to, as text; nil when it cannot be compiled.
  public static func exampleValue(
    _ entry: Entry,
    queries: (any QueryLanguage)? = nil
  ) -> String? {
    let source = SourceText(name: entry.name, text: entry.example)
    let environment = exampleEnvironment(entry.section, queries: queries)
    guard let program = Program.compile(source, in: environment).program else { return nil }
    switch program.evaluate(exampleMemory) {
    case .value(let value): return ValueText.text(value)
    case .failure(let error): return "error: \(error.message)"
    }
  }

  /// Names that are declared but have no entry, and entries without a declaration; for tests.
  public static var mismatches: [String] {
    var declared: Set<String> = Signatures.variadic.union(["now"])
    for text in [Signatures.standard, Signatures.extensions, Signatures.flow] {
      for line in text.split(separator: "\n") { declared.insert(name(of: String(line))) }
    }
    let known = Set(entries.filter { $0.section != .macros }.map(\.name))
    return declared.symmetricDifference(known).sorted()
  }

  private static func read(_ text: String, _ section: Section, _ declared: [String]) -> [Entry] {
    var overloads: [String: [String]] = [:]
    for line in declared.flatMap({ $0.split(separator: "\n") }) {
      overloads[name(of: String(line)), default: []].append(String(line))
    }
    return text.split(separator: "\n").map { line in
      let cells = cells(of: String(line))
      return Entry(
        name: cells[0],
        section: section,
        overloads: overloads[cells[0]] ?? special(cells[0]),
        meaning: cells[1],
        example: cells[2]
      )
    }
  }

  /// Declared elsewhere: functions with any number of arguments, and the run's time.
  private static func special(_ name: String) -> [String] {
    if Signatures.variadic.contains(name) { return ["\(name)(A, …) A", "\(name)(list(A)) A"] }
    return name == "now" ? ["now() timestamp"] : []
  }

  /// The three cells of a line; the example, which is last, may hold ` | `.
  private static func cells(of line: String) -> [String] {
    let bytes = Array(line.utf8)
    var cells: [String] = []
    var start = 0
    for index in bytes.indices where cells.count < 2 {
      if bytes[index] == 0x7C, index > 0, bytes[index - 1] == 0x20, index >= start {
        cells.append(String(decoding: bytes[start..<(index - 1)], as: UTF8.self))
        start = index + 2
      }
    }
    cells.append(String(decoding: bytes[min(start, bytes.count)...], as: UTF8.self))
    while cells.count < 3 { cells.append("") }
    return cells
  }

  /// The name of a declaration: `[string].contains(string) bool` is `contains`.
  static func name(of declaration: String) -> String {
    let bytes = Array(declaration.utf8)
    var start = 0
    if bytes.first == 0x5B, let close = bytes.firstIndex(of: 0x5D) { start = close + 2 }
    let end = bytes[start...].firstIndex(of: 0x28) ?? bytes.count
    return String(decoding: bytes[start..<end], as: UTF8.self)
  }
}
