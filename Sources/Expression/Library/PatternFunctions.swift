import RegularExpression

/// `regex.*`: RE2 patterns.
enum PatternFunctions {
  private static func pattern(_ cell: Cell, _ context: Context) -> Pattern? {
    context.charge(cell.count)
    let pattern = try? Pattern(cell.text.string)
    context.charge((pattern?.instructionCount ?? 0) / 4)
    return pattern
  }

  /// How much dearer than a small one a pattern is to search for.
  static func weight(_ instructions: Int) -> Int { 1 &+ instructions / 64 }

  private static func bad(_ cell: Cell, _ context: Context) -> Cell {
    do throws(PatternError) {
      _ = try Pattern(cell.text.string)
    } catch {
      return context.fail(.invalidArgument, Messages.badPattern(error.message))
    }
    return context.fail(.invalidArgument, Messages.badPattern(""))
  }

  static func extract(_ target: Cell, _ source: Cell, _ context: Context, all: Bool) -> Cell {
    guard target.isString, source.isString else {
      return context.fail(.noSuchOverload, Messages.noOverload("regex.extract", [target, source]))
    }
    guard let pattern = pattern(source, context) else { return bad(source, context) }
    guard pattern.groupCount <= 1 else {
      return context.fail(.invalidArgument, Messages.tooManyGroups)
    }
    let weight = weight(pattern.instructionCount)
    let text = target.text.string
    var builder = ListBuilder(capacity: 0, context)
    var start = 0
    var end: Int?
    while start <= target.count {
      context.charge((target.count / 4 + 1) &* weight)
      if context.isExhausted { return context.exhausted(at: context.range) }
      guard let match = pattern.firstMatch(in: text, from: start), let whole = match[0] else {
        break
      }
      start = next(after: whole, in: target.text)
      if whole.isEmpty, whole.lowerBound == end { continue }
      end = whole.upperBound
      let wanted = pattern.groupCount == 1 ? match[1] : whole
      if let wanted {
        let cell = context.slice(target.text, wanted.lowerBound, wanted.upperBound)
        if !all { return context.optional(cell) }
        builder.append(cell, context)
      } else if !all {
        return .none
      }
    }
    return all ? builder.finish(context) : .none
  }

  /// Where to look on after a match: after an empty one a whole character later.
  ///
  /// An empty match right behind another match is none, as RE2 and Go have it.
  private static func next(after match: Range<Int>, in text: TextView) -> Int {
    guard match.isEmpty else { return match.upperBound }
    var next = match.upperBound + 1
    while next < text.count, text[next] & 0xC0 == 0x80 { next += 1 }
    return next
  }

  static func replace(_ arguments: [Cell], _ context: Context) -> Cell {
    guard arguments.prefix(3).allSatisfy(\.isString), arguments.count == 3 || arguments[3].isInt
    else {
      return context.fail(.noSuchOverload, Messages.noOverload("regex.replace", arguments))
    }
    guard let pattern = pattern(arguments[1], context) else { return bad(arguments[1], context) }
    let target = arguments[0].text
    let weight = weight(pattern.instructionCount)
    let text = target.string
    let limit = arguments.count > 3 && arguments[3].int >= 0 ? arguments[3].int : Int64.max
    var result: [UInt8] = []
    var start = 0
    var copied = 0
    var end: Int?
    var count: Int64 = 0
    while start <= target.count, count < limit {
      context.charge((target.count / 4 + 1) &* weight &+ arguments[2].count / 4)
      if context.isExhausted { return context.exhausted(at: context.range) }
      guard let match = pattern.firstMatch(in: text, from: start), let whole = match[0] else {
        break
      }
      start = next(after: whole, in: target)
      if whole.isEmpty, whole.lowerBound == end { continue }
      end = whole.upperBound
      for index in copied..<whole.lowerBound { result.append(target[index]) }
      guard expand(arguments[2].text, match, target, &result, context) else {
        return context.fail(.invalidArgument, Messages.badReplacement)
      }
      copied = whole.upperBound
      count += 1
    }
    for index in copied..<max(copied, target.count) { result.append(target[index]) }
    return context.text(result)
  }

  /// Appends a replacement with `\1` groups; false when it names a group that is not there.
  private static func expand(
    _ template: TextView,
    _ match: [Range<Int>?],
    _ target: TextView,
    _ result: inout [UInt8],
    _ context: Context
  ) -> Bool {
    var index = 0
    while index < template.count {
      let byte = template[index]
      index += 1
      guard byte == 0x5C else {
        result.append(byte)
        continue
      }
      guard index < template.count else { return false }
      let next = template[index]
      index += 1
      if next == 0x5C {
        result.append(next)
      } else if Lexer.isDigit(next), Int(next - 0x30) < match.count {
        if let group = match[Int(next - 0x30)] {
          context.chargeText(group.count)
          if context.isExhausted { return true }
          for position in group { result.append(target[position]) }
        }
      } else {
        return false
      }
    }
    return true
  }
}
