import Source
import Values

/// A part of a compiled template.
indirect enum TemplatePart: Sendable {
  case text(String)
  case program(Program, offset: Int)
  case range(RangeBlock)
  case condition(branches: [ConditionBranch], otherwise: [TemplatePart])
}

/// `{{ range x in list }} … {{ else }} … {{ end }}`.
struct RangeBlock: Sendable {
  var list: Program
  var offset: Int
  var elementSlot: Int
  var keySlot: Int
  var body: [TemplatePart]
  /// What stands when there is no element.
  var otherwise: [TemplatePart]
}

/// `{{ if condition }} …`.
struct ConditionBranch: Sendable {
  var condition: Program
  var offset: Int
  var body: [TemplatePart]
}

/// Turns the pieces of a template into parts; blocks give their own environment to their body.
struct TemplateCompiler {
  private let source: SourceText
  private let bytes: [UInt8]
  private let limits: Limits
  private let pieces: [TemplateScanner.Piece]
  private let firstSlot: Int
  private var reporter: Reporter
  private var found: [Diagnostic] = []
  private var position = 0
  /// What the programs read of the environment; ranges are positions in the whole text.
  private(set) var reads: [ValuePath] = []
  /// Slots that the template needs, its own included; 0 without blocks.
  private(set) var slotCount = 0

  init(_ source: SourceText, in environment: Environment, limits: Limits) {
    self.source = source
    self.limits = limits
    bytes = Array(source.text.utf8)
    reporter = Reporter(source: source, limit: limits.diagnostics)
    if bytes.count > limits.documentBytes {
      reporter.report(.celTooLong, Messages.tooLong(limits.documentBytes), at: TextRange(0, 1))
      pieces = []
    } else {
      pieces = TemplateScanner.scan(bytes, &reporter)
    }
    firstSlot = (environment.variables.map(\.slot).max() ?? -1) + 1
  }

  var diagnostics: [Diagnostic] { reporter.diagnostics + found }

  mutating func compile(in environment: Environment) -> [TemplatePart] {
    var parts = self.parts(in: environment, depth: 0)
    while position < pieces.count {
      if case .otherwise(_, let tag) = pieces[position] {
        mistake(Messages.strayBlock("else"), tag, Messages.strayBlockHint)
      }
      position += 1
      parts += self.parts(in: environment, depth: 0)
    }
    return parts
  }

  private mutating func mistake(_ message: String, _ range: TextRange, _ hint: String? = nil) {
    reporter.report(.celTemplate, message, at: range, hint: hint)
  }

  /// The parts up to a tag that ends or divides a block.
  private mutating func parts(in environment: Environment, depth: Int) -> [TemplatePart] {
    var result: [TemplatePart] = []
    while position < pieces.count {
      switch pieces[position] {
      case .text(let range):
        warnOfSingleBraces(range, in: environment)
        result.append(.text(String(decoding: bytes[range], as: UTF8.self)))
        position += 1
      case .expression(let range):
        position += 1
        if let program = program(range, in: environment) {
          result.append(.program(program, offset: range.lowerBound))
        }
      case .range(let rest, let tag):
        if let block = range(rest, tag, in: environment, depth + 1) { result.append(block) }
      case .condition(let rest, let tag):
        if let block = condition(rest, tag, in: environment, depth + 1) { result.append(block) }
      case .otherwise, .end: return result
      }
    }
    return result
  }

  /// Warns of `{name}` where `name` has a value: whoever writes so means `{{ name }}`.
  private mutating func warnOfSingleBraces(_ range: Range<Int>, in environment: Environment) {
    guard case .flow = environment.dialect else { return }
    var position = range.lowerBound
    while let open = bytes[position..<range.upperBound].firstIndex(of: UInt8(ascii: "{")) {
      position = open + 1
      let name = bytes[position..<range.upperBound].prefix {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20) || $0 == UInt8(ascii: "_")
          || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: ".")
      }
      guard let first = name.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first),
        name.endIndex < range.upperBound, bytes[name.endIndex] == UInt8(ascii: "}")
      else { continue }
      let path = String(decoding: name, as: UTF8.self)
      guard environment.names(path) else { continue }
      let isShell = open > range.lowerBound && bytes[open - 1] == UInt8(ascii: "$")
      let written = TextRange(isShell ? open - 1 : open, name.endIndex + 1)
      reporter.report(
        .celSingleBraces,
        Messages.singleBraces(path, isShell: isShell),
        at: written,
        severity: .warning,
        fix: "{{ \(path) }}"
      )
      position = name.endIndex
    }
  }

  private mutating func program(_ range: Range<Int>, in environment: Environment) -> Program? {
    let slice = source.slice(TextRange(range.lowerBound, range.upperBound))
    let (program, diagnostics) = Program.compile(
      slice,
      in: environment,
      limits: limits,
      pipes: true
    )
    found += diagnostics.prefix(max(0, limits.diagnostics - found.count))
    for var path in program?.reads ?? [] where path.slot < firstSlot {
      path.range = Template.moved(path.range, by: range.lowerBound)
      reads.append(path)
    }
    return program
  }

  // MARK: Blocks

  /// Whether a block may go deeper; otherwise everything up to its end is skipped.
  private mutating func enter(_ tag: TextRange, _ depth: Int) -> Bool {
    position += 1
    if depth <= limits.blockDepth { return true }
    mistake(Messages.blocksTooDeep(limits.blockDepth), tag)
    position = pieces.count
    return false
  }

  /// Takes the `end` of a block.
  private mutating func close(_ word: String, _ tag: TextRange, _ depth: Int) {
    guard position < pieces.count else {
      if depth <= limits.blockDepth, !diagnostics.hasErrors {
        mistake(Messages.unclosedBlock(word), tag, Messages.unclosedBlockHint)
      }
      return
    }
    if case .otherwise(_, let second) = pieces[position] {
      mistake(Messages.secondElse, second)
    }
    position += 1
  }

  private mutating func range(
    _ rest: Range<Int>,
    _ tag: TextRange,
    in environment: Environment,
    _ depth: Int
  ) -> TemplatePart? {
    guard enter(tag, depth) else { return nil }
    let (names, list) = variables(rest)
    guard !list.isEmpty else {
      mistake(Messages.blockCondition("range"), tag)
      position = pieces.count
      return nil
    }
    let program = program(list, in: environment)
    let slot = firstSlot + 2 * (depth - 1)
    slotCount = max(slotCount, slot + 2)
    let types = Self.elementTypes(program?.type ?? .dyn)
    if types == nil {
      reporter.report(
        .celTypes,
        Messages.notIterable(program?.type ?? .dyn),
        at: TextRange(list.lowerBound, list.upperBound)
      )
    }
    let inner = environment.inside(
      Environment.Variable(name: names.element, type: types?.element ?? .dyn, slot: slot),
      Environment.Variable(name: names.key, type: types?.key ?? .dyn, slot: slot + 1)
    )
    let body = parts(in: inner, depth: depth)
    var otherwise: [TemplatePart] = []
    if position < pieces.count, case .otherwise(let condition, let divider) = pieces[position] {
      if condition != nil { mistake(Messages.elseIfOfRange, divider) }
      position += 1
      otherwise = parts(in: environment, depth: depth)
    }
    close("range", tag, depth)
    guard let program else { return nil }
    return .range(
      RangeBlock(
        list: program,
        offset: list.lowerBound,
        elementSlot: slot,
        keySlot: slot + 1,
        body: body,
        otherwise: otherwise
      )
    )
  }

  /// `x in list`, `i, x in list` or only the list, whose element is then `item`.
  private func variables(_ rest: Range<Int>) -> (names: (key: String, element: String), Range<Int>)
  {
    var lexer = Lexer(Array(bytes[rest]))
    var names: [String] = []
    while names.count < 2 {
      let token = lexer.next()
      guard token.kind == .identifier else { break }
      let start = rest.lowerBound + token.start
      names.append(String(decoding: bytes[start..<(rest.lowerBound + token.end)], as: UTF8.self))
      let next = lexer.next()
      if next.kind == .comma, names.count == 1 { continue }
      guard next.kind == .reservedIn else { break }
      let list = (rest.lowerBound + next.end)..<rest.upperBound
      return ((names.count == 2 ? names[0] : "index", names[names.count - 1]), list.trimmed(bytes))
    }
    return (("index", "item"), rest)
  }

  private static func elementTypes(
    _ type: ExpressionType
  ) -> (element: ExpressionType, key: ExpressionType)? {
    switch type {
    case .list(let element): (element, .int)
    case .map(let key, let value): (value, key)
    case .record: (.dyn, .string)
    case .optional(let wrapped): elementTypes(wrapped)
    case .dyn, .any, .error, .parameter: (.dyn, .dyn)
    default: nil
    }
  }

  private mutating func condition(
    _ rest: Range<Int>,
    _ tag: TextRange,
    in environment: Environment,
    _ depth: Int
  ) -> TemplatePart? {
    guard enter(tag, depth) else { return nil }
    var branches: [ConditionBranch] = []
    var condition = rest
    var opened = tag
    var otherwise: [TemplatePart] = []
    while true {
      if condition.isEmpty { mistake(Messages.blockCondition("if"), opened) }
      let program = condition.isEmpty ? nil : self.program(condition, in: environment)
      if let program, !Self.mayBeTruth(program.type) {
        reporter.report(
          .celNotBoolean,
          Messages.notBoolean(program.type),
          at: TextRange(condition.lowerBound, condition.upperBound)
        )
      }
      let body = parts(in: environment, depth: depth)
      if let program {
        branches.append(
          ConditionBranch(condition: program, offset: condition.lowerBound, body: body)
        )
      }
      guard position < pieces.count, case .otherwise(let next, let divider) = pieces[position]
      else {
        break
      }
      position += 1
      guard let next else {
        otherwise = parts(in: environment, depth: depth)
        break
      }
      (condition, opened) = (next, divider)
    }
    close("if", tag, depth)
    return .condition(branches: branches, otherwise: otherwise)
  }

  private static func mayBeTruth(_ type: ExpressionType) -> Bool {
    switch type {
    case .bool, .wrapper(.bool), .parameter: true
    default: type.isDynamic
    }
  }
}

extension Range<Int> {
  /// Without white space at its ends.
  fileprivate func trimmed(_ bytes: [UInt8]) -> Range<Int> {
    var (low, high) = (lowerBound, upperBound)
    while low < high, bytes[low] <= 0x20 { low += 1 }
    while high > low, bytes[high - 1] <= 0x20 { high -= 1 }
    return low..<high
  }
}
