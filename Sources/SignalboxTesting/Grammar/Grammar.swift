/// A grammar read from ISO 14977 EBNF, from which random texts are derived.
///
/// Rules whose names begin with a capital are tokens: nothing separates their parts; between the
/// parts of the others the rule `Space` stands, if there is one. Besides the standard notation,
/// `? U+0041-U+005A U+005F ?` is one code point of those ranges.
public struct Grammar: Sendable {
  /// Why a text is no grammar.
  public struct Mistake: Error, CustomStringConvertible, Sendable {
    /// What is wrong, and the line.
    public let description: String
  }

  /// The right side of a rule.
  indirect enum Form: Sendable {
    case literal(String)
    case rule(String)
    case scalars([ClosedRange<UInt32>])
    case sequence([Form])
    case choice([Form])
    case option(Form)
    case many(Form)
    case times(Int, Form)
    case except(Form, [String])
  }

  private(set) var rules: [String: Form] = [:]
  /// The text that was read.
  public let source: String
  /// Names of the rules in the order of the text.
  public private(set) var names: [String] = []
  /// Fewest nested rules that a rule needs to come to an end.
  private(set) var heights: [String: Int] = [:]

  /// Reads a grammar.
  ///
  /// - Throws: `Mistake` when the text is no EBNF, a rule is defined twice, or a rule that is used
  ///   is not defined or has no end.
  public init(ebnf text: String) throws(Mistake) {
    source = text
    var reader = GrammarReader(text)
    for (name, form) in try reader.rules() {
      guard rules[name] == nil else {
        throw Mistake(description: "the rule `\(name)` is defined twice")
      }
      rules[name] = form
      names.append(name)
    }
    for name in names {
      for used in rules[name].map(Grammar.uses) ?? [] where rules[used] == nil {
        throw Mistake(description: "the rule `\(used)` is used by `\(name)` and not defined")
      }
    }
    measure()
    if let endless = names.first(where: { heights[$0] == nil }) {
      throw Mistake(description: "the rule `\(endless)` has no end")
    }
  }

  /// The grammar of expressions and templates, `grammar/cel.ebnf`.
  public static let cel: Grammar = {
    do throws(Mistake) {
      return try Grammar(ebnf: celGrammarText)
    } catch {
      preconditionFailure("the grammar of expressions must be readable: \(error.description)")
    }
  }()

  /// The names of rules that a form uses.
  static func uses(_ form: Form) -> [String] {
    switch form {
    case .literal, .scalars: []
    case .rule(let name): [name]
    case .sequence(let parts), .choice(let parts): parts.flatMap(uses)
    case .option(let inner), .many(let inner), .times(_, let inner), .except(let inner, _):
      uses(inner)
    }
  }

  /// The fewest nested rules below a form; nil while not known.
  func height(_ form: Form) -> Int? {
    switch form {
    case .literal, .scalars, .option, .many: return 0
    case .rule(let name): return heights[name].map { $0 + 1 }
    case .times(_, let inner), .except(let inner, _): return height(inner)
    case .choice(let parts): return parts.compactMap { height($0) }.min()
    case .sequence(let parts):
      var result = 0
      for part in parts {
        guard let height = height(part) else { return nil }
        result = max(result, height)
      }
      return result
    }
  }

  private mutating func measure() {
    var hasChanged = true
    while hasChanged {
      hasChanged = false
      for name in names {
        guard let form = rules[name], let height = height(form) else { continue }
        if heights[name].map({ height < $0 }) ?? true {
          heights[name] = height
          hasChanged = true
        }
      }
    }
  }
}
