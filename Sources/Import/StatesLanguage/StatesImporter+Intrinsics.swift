import Document
import Source
import Values

// Intrinsic functions as CEL (specs/machines.md, ASL-9).
extension StatesImporter {
  /// The CEL of a call; refused where CEL has no counterpart.
  mutating func intrinsic(
    _ call: StatesIntrinsic,
    base: String,
    at span: SourceSpan
  ) -> String {
    dataError = "States.IntrinsicFailure"
    switch call {
    case .path(let text): return cel(text, base: base, at: span)
    case .text(let text): return ScriptTranslator.quoted(StatesIntrinsic.unescaped(text))
    case .literal(let value): return CELText.literal(value)
    case .call("Format", let arguments): return format(arguments, base: base, at: span)
    case .call("StringToJson", let arguments):
      if case .text(let text)? = arguments.first { return parsed(text, at: span) }
      // A blank text is null (recorded from the service).
      return CELText.bound(intrinsic(arguments[0], base: base, at: span), "t") { t in
        "(string(\(t)).trim() == '' ? dyn(null) : fromJson(\(t)))"
      }
    case .call("JsonMerge", let arguments):
      guard case .literal(.bool(let isDeep)) = arguments[2] else {
        refuse("a computed third argument of `States.JsonMerge`", at: span, hint: "write `false`")
        return "null"
      }
      if isDeep {
        report(Messages.failing("States.JsonMerge(…, true)", at: span))
        return ScriptTranslator.failing
      }
      return CELText.merged(
        intrinsic(arguments[0], base: base, at: span),
        intrinsic(arguments[1], base: base, at: span)
      )
    case .call("StringSplit", let arguments):
      let text = intrinsic(arguments[0], base: base, at: span)
      guard case .text(let marks) = arguments[1] else {
        let marks = intrinsic(arguments[1], base: base, at: span)
        return "regex.extractAll(\(text), '[^' + regex.replace(\(marks), '([^A-Za-z0-9\\\\s])', "
          + "'\\\\\\\\\\\\1') + ']+')"
      }
      return split(text, at: StatesIntrinsic.unescaped(marks))
    case .call(let name, let arguments):
      var values: [String] = []
      for argument in arguments { values.append(intrinsic(argument, base: base, at: span)) }
      return plain(name, values, at: span)
    }
  }

  /// A call whose arguments are values like any other.
  private mutating func plain(_ name: String, _ values: [String], at span: SourceSpan) -> String {
    switch name {
    case "JsonToString": return "toJson(\(values[0]))"
    case "Array": return "[" + values.map { "dyn(\($0))" }.joined(separator: ", ") + "]"
    case "ArrayPartition": return CELText.partitioned(values[0], values[1])
    case "ArrayContains": return "dyn(\(values[1])) in dyn(\(values[0]))"
    case "ArrayRange": return CELText.range(values[0], values[1], values[2])
    case "ArrayGetItem": return "dyn(\(values[0]))[int(\(values[1]))]"
    case "ArrayLength": return "size(dyn(\(values[0])))"
    case "ArrayUnique": return "dyn(\(values[0])).distinct()"
    case "Base64Encode": return "base64.encode(bytes(\(values[0])))"
    case "Base64Decode": return "string(base64.decode(\(values[0])))"
    case "MathAdd": return "\(CELText.rounded(values[0])) + \(CELText.rounded(values[1]))"
    default:
      let isRandom = name == "UUID" || name == "MathRandom"
      refuse(
        "`States.\(name)`",
        at: span,
        hint: isRandom
          ? "a run is the same when it is replayed: let a tool give it, or use `$$.Execution.Id`"
          : "let a step call a tool that computes it"
      )
      return "null"
    }
  }

  /// The value of a constant JSON text.
  private mutating func parsed(_ text: String, at span: SourceSpan) -> String {
    let text = StatesIntrinsic.unescaped(text)
    guard !text.trimmingSpaces.isEmpty else { return "null" }
    guard
      let value = try? JSONParser.parse(Array(text.utf8), depth: 100, duplicateKeys: .keepLast)
    else {
      report(Messages.failing(text, at: span))
      return ScriptTranslator.failing
    }
    return CELText.literal(value)
  }

  /// The parts of a text between any of `marks`, empty ones left out.
  private func split(_ text: String, at marks: String) -> String {
    var pattern = ""
    for scalar in marks.unicodeScalars {
      if "\\]^-[".unicodeScalars.contains(scalar) { pattern += "\\" }
      pattern.unicodeScalars.append(scalar)
    }
    guard !pattern.isEmpty else { return "[\(text)]" }
    return "regex.extractAll(\(text), \(ScriptTranslator.quoted("[^\(pattern)]+")))"
  }

  /// `States.Format`: each `{}` is an argument, texts as they are and other values as JSON.
  private mutating func format(
    _ arguments: [StatesIntrinsic],
    base: String,
    at span: SourceSpan
  ) -> String {
    var values: [String] = []
    for argument in arguments.dropFirst() {
      let value = intrinsic(argument, base: base, at: span)
      if case .text = argument { values.append(value) } else { values.append(CELText.text(value)) }
    }
    guard case .text(let template) = arguments[0] else {
      let template = intrinsic(arguments[0], base: base, at: span)
      return "cel.bind(p, string(\(template)).split('{}'), "
        + "cel.bind(v, [\(values.joined(separator: ", "))], size(p) == size(v) + 1 ? "
        + "lists.range(size(p)).map(i, i < size(v) ? p[i] + v[i] : p[i]).join('') : "
        + "string(\(ScriptTranslator.failing))))"
    }
    let pieces = Self.pieces(template)
    guard pieces.count == values.count + 1 else {
      report(Messages.failing("States.Format('\(template)', …)", at: span))
      return ScriptTranslator.failing
    }
    var parts: [String] = []
    for (position, piece) in pieces.enumerated() {
      if !piece.isEmpty { parts.append(ScriptTranslator.quoted(piece)) }
      if position < values.count { parts.append(values[position]) }
    }
    return parts.isEmpty ? "''" : parts.joined(separator: " + ")
  }

  /// The texts around the places `{}` of a template.
  private static func pieces(_ template: String) -> [String] {
    var pieces = [""]
    var isEscaped = false
    var isOpen = false
    for scalar in template.unicodeScalars {
      if scalar == "}", isOpen, !isEscaped {
        pieces[pieces.count - 1].unicodeScalars.removeLast()
        pieces.append("")
        isOpen = false
        continue
      }
      isOpen = scalar == "{" && !isEscaped
      if scalar == "\\", !isEscaped {
        isEscaped = true
        continue
      }
      if isEscaped, !"'{}\\".unicodeScalars.contains(scalar) { pieces[pieces.count - 1] += "\\" }
      pieces[pieces.count - 1].unicodeScalars.append(scalar)
      isEscaped = false
    }
    return pieces
  }
}
