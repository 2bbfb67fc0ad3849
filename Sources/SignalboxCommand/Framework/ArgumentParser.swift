import Source

/// Reads the words after the verb by a declaration.
///
/// Options and operands may stand in any order; `--` ends the options; `-` is an operand. Values:
/// `--name value`, `--name=value`, `-n value`, `-nvalue`; flags of one letter may be joined.
package struct ArgumentParser: Sendable {
  private let declaration: CommandDeclaration
  private var operands: [String] = []
  private var values: [String: [String]] = [:]

  /// A parser for one command line.
  private init(_ declaration: CommandDeclaration) { self.declaration = declaration }

  /// The arguments, when they fit.
  package static func parse(
    _ words: some Sequence<String>,
    _ declaration: CommandDeclaration
  ) throws(UsageError) -> Arguments {
    var parser = ArgumentParser(declaration)
    var rest = Array(words)[...]
    while let word = rest.popFirst() {
      if word == "--" {
        parser.operands += rest
        break
      }
      if word.hasPrefix("--") {
        try parser.takeLong(word, &rest)
      } else if word.hasPrefix("-"), word != "-" {
        try parser.takeLetters(word, &rest)
      } else {
        parser.operands.append(word)
      }
    }
    try parser.checkOperands()
    return Arguments(operands: parser.operands, values: parser.values)
  }

  private mutating func takeLong(
    _ word: String,
    _ rest: inout ArraySlice<String>
  ) throws(UsageError) {
    let body = word.dropFirst(2)
    let equals = body.utf8.firstIndex(of: 0x3D)
    let name = String(body[..<(equals ?? body.endIndex)])
    guard let option = declaration.allOptions.first(where: { $0.name == name }) else {
      let nearest = Suggestion.nearest(to: name, in: declaration.allOptions.map(\.name))
      throw UsageError(
        "`signalbox \(declaration.name)` has no option `--\(name)`",
        suggestion: nearest.map { "--" + $0 }
      )
    }
    guard option.kind != nil else {
      if equals != nil { throw UsageError("`--\(name)` takes no value") }
      return try add("", to: option)
    }
    if let equals {
      try add(String(body[body.utf8.index(after: equals)...]), to: option)
    } else {
      try add(nextValue(of: option, &rest), to: option)
    }
  }

  private mutating func takeLetters(
    _ word: String,
    _ rest: inout ArraySlice<String>
  ) throws(UsageError) {
    var letters = word.dropFirst()
    if letters.count > 1, let option = declaration.allOptions.first(where: { $0.name == letters }) {
      throw UsageError(
        "`\(word)` has one dash too few",
        suggestion: option.longForm
      )
    }
    while let letter = letters.popFirst() {
      guard let option = declaration.allOptions.first(where: { $0.short == letter }) else {
        let isNumber = letter.isNumber || letter == "."
        let isExpression = word.utf8.contains { "([.' ".utf8.contains($0) }
        throw UsageError(
          "`signalbox \(declaration.name)` has no option `-\(letter)`",
          suggestion: isNumber ? "-- \(word)" : isExpression ? "-- '\(word)'" : nil
        )
      }
      if option.kind == nil {
        try add("", to: option)
      } else if letters.isEmpty {
        return try add(nextValue(of: option, &rest), to: option)
      } else {
        return try add(String(letters), to: option)
      }
    }
  }

  /// The word after an option; another option there means that the value was forgotten.
  private func nextValue(
    of option: OptionDeclaration,
    _ rest: inout ArraySlice<String>
  ) throws(UsageError) -> String {
    let isOption = rest.first.map { word in
      word == "--"
        || declaration.allOptions.contains {
          $0.longForm == word || $0.short.map { "-\($0)" } == word
        }
    }
    guard isOption == false, let value = rest.popFirst() else {
      let placeholder = option.kind?.placeholder ?? ""
      throw UsageError("`\(option.longForm)` needs a value: \(option.longForm) \(placeholder)")
    }
    return value
  }

  private mutating func add(_ value: String, to option: OptionDeclaration) throws(UsageError) {
    try option.kind?.validate(value, of: option.longForm)
    if values[option.name] != nil, !option.isRepeated {
      throw UsageError("`\(option.longForm)` is given twice")
    }
    values[option.name, default: []].append(value)
  }

  private func checkOperands() throws(UsageError) {
    var index = 0
    for operand in declaration.operands {
      if index >= operands.count, operand.isRequired {
        throw UsageError("`\(operand.name)` is missing: \(operand.summary)")
      }
      repeat {
        guard index < operands.count else { break }
        try operand.kind.validate(operands[index], of: operand.name)
        index += 1
      } while operand.isRepeated
    }
    if index < operands.count {
      let takes = declaration.operands.isEmpty ? "takes no operands" : "takes no further operand"
      throw UsageError(
        "`signalbox \(declaration.name)` \(takes), but `\(operands[index])` is given"
      )
    }
  }
}
