import Document
import Source
import Values

/// Texts, numbers, durations and amounts.
extension FlowReader {
  /// The text at `key`, with its place.
  mutating func text(_ key: String, _ mapping: Mapping) -> Located<String>? {
    value(key, mapping).flatMap { text($0) }
  }

  /// The text that `entry` holds.
  mutating func text(_ entry: Node.Entry) -> Located<String>? {
    guard let text = entry.value.string else {
      report(Messages.wrongKind(entry, wanted: "text", hint: Messages.quoteHint(entry.value)))
      return nil
    }
    return Located(text, entry.value.span)
  }

  /// The text at `key` as a name, which is not empty.
  mutating func name(_ key: String, _ mapping: Mapping) -> Located<String>? {
    guard let text = text(key, mapping) else { return nil }
    guard !text.value.isEmpty else {
      report(Messages.emptyText(key, text.span))
      return nil
    }
    return text
  }

  /// The text at `key` with the positions inside it.
  mutating func prose(_ key: String, _ mapping: Mapping) -> Located<SourceText>? {
    guard let entry = value(key, mapping), text(entry) != nil, let text = entry.value.text else {
      return nil
    }
    return Located(text, entry.value.span)
  }

  /// The guard at `key`.
  mutating func expression(_ key: String, _ mapping: Mapping) -> SourceText? {
    value(key, mapping).flatMap { expression($0) }
  }

  /// The expression that `entry` holds: text, or a scalar that CEL reads the same way.
  mutating func expression(_ entry: Node.Entry) -> SourceText? {
    let node = entry.value
    switch node.content {
    case .string(let string):
      guard let text = node.text, !string.utf8.allSatisfy({ $0 == 0x20 || $0 == 0x0A }) else {
        report(Messages.emptyText(entry.key, node.span))
        return nil
      }
      return subtreeNames?.renamed(text) ?? text
    case .bool(let bool):
      // `True` and `TRUE` are booleans in YAML and names in CEL.
      let text = bool ? "true" : "false"
      return SourceText(
        file: node.span.file,
        text: text,
        segments: [SourceText.Segment(textOffset: 0, fileOffset: node.span.start)],
        fileEnd: node.span.end
      )
    case .int, .uint, .double:
      return node.text
    case .null:
      report(Messages.noValue(entry))
      return nil
    case .sequence, .mapping:
      report(Messages.guardKind(entry))
      return nil
    }
  }

  /// The whole number at `key`, within `range`.
  mutating func integer(
    _ key: String,
    _ mapping: Mapping,
    in range: ClosedRange<Int>
  ) -> Located<Int>? {
    guard let entry = value(key, mapping) else { return nil }
    guard case .int(let number) = entry.value.content else {
      report(Messages.wrongKind(entry, wanted: "a whole number", hint: nil))
      return nil
    }
    guard let number = Int(exactly: number), range.contains(number) else {
      report(Messages.outOfRange(entry, range))
      return nil
    }
    return Located(number, entry.value.span)
  }

  /// The number at `key`, within `range`.
  mutating func number(
    _ key: String,
    _ mapping: Mapping,
    in range: ClosedRange<Double>
  ) -> Double? {
    guard let entry = value(key, mapping) else { return nil }
    let number: Double
    switch entry.value.content {
    case .int(let int): number = Double(int)
    case .double(let double): number = double
    default:
      report(Messages.wrongKind(entry, wanted: "a number", hint: nil))
      return nil
    }
    guard range.contains(number) else {
      report(Messages.outOfRange(entry, range))
      return nil
    }
    return number
  }

  /// The boolean at `key`.
  mutating func boolean(_ key: String, _ mapping: Mapping) -> Bool? {
    guard let entry = value(key, mapping) else { return nil }
    guard case .bool(let bool) = entry.value.content else {
      report(Messages.wrongKind(entry, wanted: "true or false", hint: nil))
      return nil
    }
    return bool
  }

  /// The word at `key`, one of `words`.
  mutating func word(
    _ key: String,
    _ mapping: Mapping,
    oneOf words: [String]
  ) -> Located<String>? {
    guard let word = text(key, mapping) else { return nil }
    return self.word(word, of: key, oneOf: words)
  }

  /// `word` when it is one of `words`, else nil after a finding.
  mutating func word(
    _ word: Located<String>,
    of key: String,
    oneOf words: [String]
  ) -> Located<String>? {
    guard words.contains(where: { $0.sameScalars(as: word.value) }) else {
      let near = findings.isFull ? nil : Suggestion.nearest(to: word.value, in: words)
      report(Messages.badWord(word, of: key, words: words, near: near))
      return nil
    }
    return word
  }

  /// The list of texts at `key`.
  mutating func texts(_ key: String, _ mapping: Mapping) -> [Located<String>] {
    guard let entry = value(key, mapping) else { return [] }
    guard let elements = entry.value.elements else {
      report(
        Messages.wrongKind(entry, wanted: "a list of texts", hint: Messages.listHint(entry))
      )
      return []
    }
    var result: [Located<String>] = []
    for element in elements {
      guard let text = element.string, !text.isEmpty else {
        report(Messages.wrongElement(element, of: entry.key, wanted: "text"))
        continue
      }
      result.append(Located(text, element.span))
    }
    return result
  }

  // MARK: Durations

  /// The duration at `key`, or at a spelling of it that names the unit (`timeout_minutes`).
  mutating func duration(
    _ key: String,
    _ mapping: Mapping,
    allowsZero: Bool = false
  ) -> Located<Int64>? {
    var found = mapping.entry(key).map { [($0, nil as DurationUnit?)] } ?? []
    for unit in DurationUnit.allCases {
      if let entry = mapping.entry("\(key)_\(unit.rawValue)") { found.append((entry, unit)) }
    }
    guard let (entry, unit) = found.first else { return nil }
    if found.count > 1 { report(Messages.twoSpellings(found[1].0, of: entry)) }
    guard value(entry.key, mapping) != nil else { return nil }
    return duration(entry, unit, allowsZero: allowsZero)
  }

  mutating func duration(
    _ entry: Node.Entry,
    _ unit: DurationUnit?,
    allowsZero: Bool
  ) -> Located<Int64>? {
    let node = entry.value
    let spelling: String
    switch node.content {
    case .string(let string): spelling = string
    case .int, .uint, .double: spelling = node.text?.text ?? ""
    default:
      report(
        Messages.wrongKind(entry, wanted: "a duration", hint: "write it as in `30s`, `5m`, `4h`")
      )
      return nil
    }
    var milliseconds: Int64
    do throws(DurationSpelling.Fault) {
      if let unit {
        milliseconds = try DurationSpelling.milliseconds(
          number: spelling,
          unitMilliseconds: unit.milliseconds
        )
      } else {
        milliseconds = try DurationSpelling.milliseconds(spelling)
      }
    } catch {
      guard error == .noUnit else {
        report(Messages.duration(entry, spelling, error, namesUnit: unit))
        return nil
      }
      do throws(DurationSpelling.Fault) {
        milliseconds = try DurationSpelling.milliseconds(number: spelling, unitMilliseconds: 1_000)
      } catch {
        report(Messages.duration(entry, spelling, error, namesUnit: unit))
        return nil
      }
      report(Messages.bareDuration(entry, spelling))
    }
    if milliseconds == 0, !allowsZero {
      report(Messages.zeroDuration(entry))
      return nil
    }
    return Located(milliseconds, node.span)
  }

  // MARK: Money

  /// The amount at `key` in pico-dollars.
  mutating func money(_ key: String, _ mapping: Mapping) -> Located<Int64>? {
    guard let entry = value(key, mapping) else { return nil }
    let node = entry.value
    let spelling: String
    switch node.content {
    case .string(let string): spelling = string
    case .int, .uint, .double: spelling = node.text?.text ?? ""
    default:
      report(
        Messages.wrongKind(entry, wanted: "an amount of money", hint: "write it as in `$0.02`")
      )
      return nil
    }
    do throws(Money.Fault) {
      return Located(try Money.picodollars(spelling), node.span)
    } catch {
      report(Messages.money(entry, spelling, error))
      return nil
    }
  }
}
