public import Source
import Values

/// A text with `{{ expression }}` parts.
///
/// A text that is exactly one `{{ }}` keeps the type of its value; any other is a string in which
/// values that are no strings are rendered as JSON; a text without `{{` is a constant.
public struct Template: Sendable {
  /// The type of the result.
  public let type: ExpressionType
  /// What its expressions read; ranges are positions in the whole text.
  public let reads: [ValuePath]
  private let parts: [Part]
  private let limits: Limits

  private enum Part {
    case text(String)
    case program(Program, offset: Int)
  }

  /// Compiles all parts; the template is nil when a diagnostic is an error.
  public static func compile(
    _ source: SourceText,
    in environment: Environment,
    limits: Limits = Limits()
  ) -> (template: Template?, diagnostics: [Diagnostic]) {
    var reporter = Reporter(source: source, limit: limits.diagnostics)
    let bytes = Array(source.text.utf8)
    guard bytes.count <= limits.documentBytes else {
      reporter.report(.celTooLong, Messages.tooLong(limits.documentBytes), at: TextRange(0, 1))
      return (nil, reporter.diagnostics)
    }
    var parts: [Part] = []
    var reads: [ValuePath] = []
    var found: [Diagnostic] = []
    for piece in TemplateScanner.scan(bytes, &reporter) {
      switch piece {
      case .text(let range):
        parts.append(.text(String(decoding: bytes[range], as: UTF8.self)))
      case .expression(let range):
        let slice = source.slice(TextRange(range.lowerBound, range.upperBound))
        let (program, diagnostics) = Program.compile(
          slice,
          in: environment,
          limits: limits,
          pipes: true
        )
        found += diagnostics.prefix(max(0, limits.diagnostics - found.count))
        guard let program else { continue }
        parts.append(.program(program, offset: range.lowerBound))
        for var path in program.reads {
          path.range = moved(path.range, by: range.lowerBound)
          reads.append(path)
        }
      }
    }
    let diagnostics = reporter.diagnostics + found
    guard !diagnostics.hasErrors else { return (nil, diagnostics) }
    var type = ExpressionType.string
    if parts.count == 1, case .program(let program, _) = parts[0] { type = program.type }
    return (Template(type: type, reads: reads, parts: parts, limits: limits), diagnostics)
  }

  private static func moved(_ range: TextRange, by offset: Int) -> TextRange {
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
    var result = ""
    for part in parts {
      switch part {
      case .text(let text): result += text
      case .program(let program, let offset):
        switch Template.placed(program.evaluate(memory), offset) {
        case .value(let value): result += Rendering.text(value)
        case .failure(let error): return .failure(error)
        }
      }
      if result.utf8.count > limits.documentBytes {
        return .failure(
          EvaluationError(.valueTooLarge, Messages.valueTooLarge, at: TextRange(0, 1))
        )
      }
    }
    return .value(.string(result))
  }

  private static func placed(_ evaluation: Evaluation, _ offset: Int) -> Evaluation {
    guard case .failure(var error) = evaluation else { return evaluation }
    error.range = moved(error.range, by: offset)
    return .failure(error)
  }
}

/// Cuts a template into texts and expressions.
///
/// Linear time.
enum TemplateScanner {
  enum Piece {
    case text(Range<Int>)
    case expression(Range<Int>)
  }

  static func scan(_ bytes: [UInt8], _ reporter: inout Reporter) -> [Piece] {
    var pieces: [Piece] = []
    var start = 0
    var index = 0
    while index + 1 < bytes.count {
      guard bytes[index] == 0x7B, bytes[index + 1] == 0x7B else {
        index += 1
        continue
      }
      if index > start { pieces.append(.text(start..<index)) }
      guard let end = close(bytes, index + 2) else {
        reporter.report(
          .celTemplate,
          Messages.unclosedTemplate,
          at: TextRange(index, index + 2),
          hint: Messages.unclosedTemplateHint
        )
        return pieces
      }
      let inner = trimmed(bytes, (index + 2)..<end)
      if inner.isEmpty {
        reporter.report(.celTemplate, Messages.emptyTemplate, at: TextRange(index, end + 2))
      } else {
        pieces.append(.expression(inner))
      }
      index = end + 2
      start = index
    }
    if start < bytes.count || pieces.isEmpty { pieces.append(.text(start..<bytes.count)) }
    return pieces
  }

  /// The offset of the `}}` that closes; braces within texts and maps do not.
  private static func close(_ bytes: [UInt8], _ start: Int) -> Int? {
    var index = start
    var nesting = 0
    while index < bytes.count {
      switch bytes[index] {
      case 0x22, 0x27:
        index = endOfText(bytes, index, start)
        continue
      case 0x7B: nesting += 1
      case 0x7D:
        if nesting == 0 {
          if index + 1 < bytes.count, bytes[index + 1] == 0x7D { return index }
        } else {
          nesting -= 1
        }
      case 0x2F where index + 1 < bytes.count && bytes[index + 1] == 0x2F:
        while index < bytes.count, bytes[index] != 0x0A, !isClose(bytes, index) { index += 1 }
        continue
      default: break
      }
      index += 1
    }
    return nil
  }

  private static func isClose(_ bytes: [UInt8], _ index: Int) -> Bool {
    index + 1 < bytes.count && bytes[index] == 0x7D && bytes[index + 1] == 0x7D
  }

  /// The offset behind the text that begins at a quote, whose letters before it tell its kind.
  private static func endOfText(_ bytes: [UInt8], _ quote: Int, _ start: Int) -> Int {
    var word = quote
    while word > start, quote - word < 3,
      Lexer.isLetter(bytes[word - 1]) || Lexer.isDigit(bytes[word - 1])
    {
      word -= 1
    }
    if word < quote, quote - word < 3 {
      var lexer = Lexer(bytes, from: word)
      let end = lexer.next().end
      if end > quote { return end }
    }
    var lexer = Lexer(bytes, from: quote)
    return max(lexer.next().end, quote + 1)
  }

  private static func trimmed(_ bytes: [UInt8], _ range: Range<Int>) -> Range<Int> {
    var (low, high) = (range.lowerBound, range.upperBound)
    while low < high, bytes[low] <= 0x20 { low += 1 }
    while high > low, bytes[high - 1] <= 0x20 { high -= 1 }
    return low..<high
  }
}
