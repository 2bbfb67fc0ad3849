import Document
import Expression
import Source
import Values

/// A JSON value whose texts are templates: `{to: "{{ input.id }}", copies: ["a", "b"]}`.
public struct StructureTemplate: Sendable {
  private indirect enum Part: Sendable {
    case constant(Value)
    case template(Template)
    case list([Part])
    case map([(key: String, part: Part)])
  }

  private let root: Part
  /// The type of its value.
  public let type: ExpressionType
  /// What its templates read, in order of the text.
  ///
  /// Each range counts within its own template, not within the whole.
  public let reads: [ValuePath]

  /// Compiles every text in `node`; nil when a diagnostic is an error.
  public static func compile(
    _ node: Node,
    in environment: Environment,
    limits: Limits = Limits()
  ) -> (structure: StructureTemplate?, diagnostics: [Diagnostic]) {
    var compiler = Compiler(environment: environment, limits: limits)
    let root = compiler.part(node)
    if compiler.diagnostics.hasErrors { return (nil, compiler.diagnostics) }
    let type: ExpressionType =
      switch node.content {
      case .mapping: .map(.string, .dyn)
      case .sequence: .list(.dyn)
      case .bool: .bool
      case .int: .int
      case .uint: .uint
      case .double: .double
      case .null: .null
      case .string: .dyn
      }
    return (
      StructureTemplate(root: root, type: type, reads: compiler.reads), compiler.diagnostics
    )
  }

  /// The value with every template replaced by its result, or the first failure.
  ///
  /// An absent optional leaves its key or element out.
  public func evaluate(_ memory: borrowing Memory) -> Evaluation {
    Self.evaluate(root, memory)
  }

  private static func evaluate(_ part: Part, _ memory: borrowing Memory) -> Evaluation {
    switch part {
    case .constant(let value): return .value(value)
    case .template(let template): return template.evaluate(memory)
    case .list(let parts):
      var elements: [Value] = []
      elements.reserveCapacity(parts.count)
      for part in parts {
        switch evaluate(part, memory) {
        case .value(.optional(let content)):
          if let content { elements.append(content) }
        case .value(let value): elements.append(value)
        case .failure(let error): return .failure(error)
        }
      }
      return .value(.list(elements))
    case .map(let entries):
      var fields = ValueMap()
      for entry in entries {
        switch evaluate(entry.part, memory) {
        case .value(.optional(let content)):
          if let content { fields[entry.key] = content }
        case .value(let value): fields[entry.key] = value
        case .failure(let error): return .failure(error)
        }
      }
      return .value(.map(fields))
    }
  }

  /// Whether the absence of the value in a slot can never make one of its templates fail.
  func isSecured(_ slot: Int, status: Int?) -> Bool {
    guard reads.contains(where: { $0.slot == slot }) else { return true }
    return Self.isSecured(root, slot, status)
  }

  private static func isSecured(_ part: Part, _ slot: Int, _ status: Int?) -> Bool {
    switch part {
    case .constant: true
    case .template(let template): template.isSecured(slot, status: status)
    case .list(let parts): parts.allSatisfy { isSecured($0, slot, status) }
    case .map(let entries): entries.allSatisfy { isSecured($0.part, slot, status) }
    }
  }

  /// Walks a node; the document's own depth limit bounds the recursion.
  private struct Compiler {
    let environment: Environment
    let limits: Limits
    var diagnostics: [Diagnostic] = []
    var reads: [ValuePath] = []

    mutating func part(_ node: Node) -> Part {
      switch node.content {
      case .string(let string):
        guard string.utf8.contains(0x7B) else { return .constant(.string(string)) }
        let result = Template.compile(node.sourceText, in: environment, limits: limits)
        diagnostics += result.diagnostics
        guard let template = result.template else { return .constant(.null) }
        reads += template.reads
        return .template(template)
      case .sequence(let elements): return .list(elements.map { part($0) })
      case .mapping(let entries):
        return .map(entries.map { (key: $0.key, part: part($0.value)) })
      default: return .constant(node.value)
      }
    }
  }
}

extension Node {
  /// The text of a string node with its positions.
  package var sourceText: SourceText {
    text
      ?? SourceText(
        file: span.file,
        text: string ?? "",
        segments: [SourceText.Segment(textOffset: 0, fileOffset: span.start)],
        fileEnd: span.end
      )
  }

  /// A node without positions of its own, all in one place.
  package init(value: Value, at span: SourceSpan) {
    switch value {
    case .bool(let bool): self.init(content: .bool(bool), span: span)
    case .int(let int): self.init(content: .int(int), span: span)
    case .uint(let uint): self.init(content: .uint(uint), span: span)
    case .double(let double): self.init(content: .double(double), span: span)
    case .string(let string):
      self.init(
        content: .string(string),
        span: span,
        text: SourceText(name: span.file.name, text: string)
      )
    case .list(let elements):
      self.init(content: .sequence(elements.map { Node(value: $0, at: span) }), span: span)
    case .map(let map):
      let entries = map.entries.map { entry in
        Entry(
          key: entry.key.value.text ?? "",
          keySpan: span,
          value: Node(value: entry.value, at: span)
        )
      }
      self.init(content: .mapping(entries), span: span)
    default: self.init(content: .null, span: span)
    }
  }
}
