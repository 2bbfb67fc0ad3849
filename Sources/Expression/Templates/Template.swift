public import Source
import Values

/// A text with `{{ expression }}` parts.
///
/// A text that is exactly one `{{ }}` keeps the type of its value; any other is a string in which
/// values that are no strings are rendered as JSON; a text without `{{` is a constant.
///
/// Blocks repeat and choose text: `{{ range x in list }} … {{ else }} … {{ end }}` and
/// `{{ if condition }} … {{ else if other }} … {{ else }} … {{ end }}`. In a range, `.name` is a
/// field of the element, `.` the element; without a name of its own the element is `item`, its
/// position (or key) `index`. A block's tag that is alone on its line takes the line with it.
public struct Template: Sendable {
  /// The type of the result.
  public let type: ExpressionType
  /// What its expressions read; ranges are positions in the whole text.
  public let reads: [ValuePath]
  let parts: [TemplatePart]
  private let limits: Limits
  /// Slots that its blocks need besides the environment's; 0 without blocks.
  private let slotCount: Int

  /// Compiles all parts; the template is nil when a diagnostic is an error.
  public static func compile(
    _ source: SourceText,
    in environment: Environment,
    limits: Limits = Limits()
  ) -> (template: Template?, diagnostics: [Diagnostic]) {
    var compiler = TemplateCompiler(source, in: environment, limits: limits)
    let parts = compiler.compile(in: environment)
    let diagnostics = compiler.diagnostics
    guard !diagnostics.hasErrors else { return (nil, diagnostics) }
    var type = ExpressionType.string
    if parts.count == 1, case .program(let program, _) = parts[0] { type = program.type }
    let template = Template(
      type: type,
      reads: compiler.reads,
      parts: parts,
      limits: limits,
      slotCount: compiler.slotCount
    )
    return (template, diagnostics)
  }

  static func moved(_ range: TextRange, by offset: Int) -> TextRange {
    TextRange(Int(range.start) + offset, Int(range.end) + offset)
  }

  /// Whether the text holds no expression.
  public var isConstant: Bool {
    parts.allSatisfy { if case .text = $0 { true } else { false } }
  }

  /// The result, or why there is none.
  public func evaluate(_ memory: borrowing Memory) -> Evaluation {
    if parts.count == 1, case .program(let program, let offset) = parts[0] {
      return Template.placed(program.evaluate(memory), offset)
    }
    var run = TemplateRun(memory, slotCount: slotCount, limits: limits)
    do throws(EvaluationError) {
      try run.append(parts)
      return .value(.string(run.text))
    } catch {
      return .failure(error)
    }
  }

  static func placed(_ evaluation: Evaluation, _ offset: Int) -> Evaluation {
    guard case .failure(var error) = evaluation else { return evaluation }
    error.range = moved(error.range, by: offset)
    return .failure(error)
  }
}
