import Source
import Values

/// The texts of this module's findings and errors.
enum Messages {
  // MARK: Syntax

  static let emptyExpression = "the expression is empty"
  static let hexDigitsExpected = "`0x` needs at least one hexadecimal digit"
  static let unterminatedText = "the text is not closed"
  static let unterminatedTextHint =
    "close it with the quote it starts with; a text over several lines needs three quotes"
  static let badQuotedName =
    "a quoted name may hold letters, digits, `_`, `.`, `-`, `/` and spaces between backquotes"
  static func tripleEqual(_ symbol: String) -> String { "CEL has no `\(symbol)`" }
  static func tripleEqualHint(_ symbol: String) -> String { "write `\(symbol)`" }
  static let singleEqual = "`=` does not compare"
  static let singleEqualHint = "write `==`; expressions cannot assign"
  static let diamond = "CEL has no `<>`"
  static func single(_ symbol: String) -> String { "CEL has no `\(symbol)` operator" }
  static func unexpectedCharacter(_ text: String) -> String { "unexpected `\(text)`" }
  static func badNumber(_ text: String) -> String { "`\(text)` is no number" }
  static func numberTooLarge(_ text: String) -> String { "`\(text)` does not fit 64 bits" }
  static let negativeUnsigned = "an unsigned number cannot be negative"
  static let numberSuffix = "a letter follows the number directly"
  static let numberSuffixHint =
    "durations are written `duration('5m')`; a unit cannot follow a number"
  static func badEscape(_ text: String) -> String { "`\(text)` is no complete escape" }
  static let unicodeEscapeInBytes = "bytes cannot hold `\\u` or `\\U` escapes"
  static func badCodePoint(_ code: UInt32) -> String {
    "U+\(String(code, radix: 16, uppercase: true)) is no Unicode code point"
  }
  static func tooDeep(_ limit: Int) -> String {
    "the expression is nested deeper than \(limit) levels"
  }
  static func tooLong(_ limit: Int) -> String {
    "the expression is longer than \(limit) bytes"
  }
  static func expected(_ symbol: String, found: String) -> String {
    "expected `\(symbol)` but found \(found)"
  }
  static func openedHere(_ symbol: String) -> String { "add the missing `\(symbol)`" }
  static func expectedName(found: String) -> String { "expected a name but found \(found)" }
  static func expectedExpression(found: String) -> String {
    "expected a value but found \(found)"
  }
  static func unexpected(_ text: String) -> String { "unexpected \(text) after the expression" }
  static let nullCoalescing = "CEL has no `??`"
  static let orValueHint = "write `x.?field.orValue(other)`, or `default(x.field, other)` in a flow"
  static let conditionalHint = "a conditional is `condition ? one : other`"
  static let nestedConditional = "a conditional between `?` and `:` needs parentheses"
  static let mixedSigns = "`!` and `-` stand beside each other"
  static func mixedSignsHint(_ form: String) -> String { "write `\(form)`" }
  static let parenthesesHint = "write `a ? (b ? c : d) : e`"
  static func wordOperator(_ word: String) -> String { "CEL has no operator `\(word)`" }
  static func reservedWord(_ word: String) -> String { "`\(word)` is a reserved word" }
  static let reservedWordHint = "reserved words may only name fields: `x.import`"
  static let hasNeedsField = "`has` asks for a field and takes a selection"
  static let hasNeedsFieldHint = "write `has(x.field)`; for a key use `'key' in x`"
  static func stateExpected(_ macro: String) -> String {
    "`\(macro)` asks whether a state is active and takes its id in quotes"
  }
  static func stateExpectedHint(_ macro: String) -> String { "write `\(macro)('review')`" }
  static let variableExpected = "this macro declares a variable here and needs a plain name"
  static func sameVariable(_ name: String) -> String {
    "both variables of the macro are named `\(name)`"
  }
  static let extensionName = "the extension is given by its full name, such as `pkg.field`"
  static func expectedPipe(found: String) -> String {
    "expected the name of a pipe but found \(found)"
  }
  static func unknownPipe(_ name: String) -> String { "there is no pipe named `\(name)`" }
  static let knownPipes = "pipes are `default`, `join`, `length`, `toJson`, `slice`, `sum`, …"
  static func elementPipe(_ name: String) -> String {
    "the pipe `\(name)` needs the name of a field"
  }
  static func elementPipeHint(_ name: String) -> String {
    "write `| \(name)('field')`, or `| \(name)(x, x.field)`"
  }
  static func didYouMean(_ name: String?) -> String? { name.map { "did you mean `\($0)`?" } }

  // MARK: Templates

  static let unclosedTemplate = "`{{` is not closed"
  static let unclosedTemplateHint = "add `}}` after the expression"
  static let emptyTemplate = "`{{ }}` holds no expression"
  static func unclosedBlock(_ word: String) -> String { "the block `\(word)` is not closed" }
  static let unclosedBlockHint = "add `{{ end }}` after its text"
  static func strayBlock(_ word: String) -> String { "`\(word)` stands outside of a block" }
  static let strayBlockHint = "blocks begin with `{{ range x in list }}` or `{{ if condition }}`"
  static let secondElse = "the block has an `else` already"
  static func blockText(_ word: String) -> String { "unexpected text after `\(word)`" }
  static func blockCondition(_ word: String) -> String { "`\(word)` needs an expression" }
  static func blocksTooDeep(_ limit: Int) -> String { "blocks are nested deeper than \(limit)" }
  static let elseIfOfRange = "the `else` of a range has no condition"

  // MARK: Schemas

  static func unknownSchema(_ name: String) -> String { "no schema is named `\(name)`" }
  static let schemaName = "`validateSchema` takes the name of a schema as a constant text"
  static func schemaNames(_ names: [String]) -> String {
    names.isEmpty ? "the flow declares none under `schemas:`" : known(names) ?? ""
  }
  static func violation(_ schema: String, _ reason: String) -> String {
    "the value does not fit the schema `\(schema)`: \(reason)"
  }
  static func undeclaredNumber(_ text: String) -> String {
    "no schema says what kind of number `\(text)` is, and arithmetic does not mix kinds"
  }
  static func undeclaredNumberHint(_ text: String) -> String {
    "declare it in the schema, or convert it: `double(\(text))`"
  }

  // MARK: Names and types

  static func singleBraces(_ path: String, isShell: Bool) -> String {
    "`\(isShell ? "$" : ""){\(path)}` stays as it is written: single braces are text"
  }
  static func unknownName(_ name: String) -> String { "nothing is named `\(name)` here" }
  static func unknownFunction(_ name: String) -> String {
    "there is no function named `\(name)`"
  }
  static func unknownMethod(_ name: String, _ receiver: ExpressionType) -> String {
    "`\(receiver.name)` has no function `\(name)`"
  }
  static func unknownField(_ field: String, _ record: String) -> String {
    "`\(record)` has no field `\(field)`"
  }
  static func fieldList(_ fields: [String]) -> String {
    let shown = fields.prefix(12).map { "`\($0)`" }.joined(separator: ", ")
    return fields.isEmpty
      ? "it declares no fields"
      : "its fields are \(shown)\(fields.count > 12 ? ", …" : "")"
  }
  static func noSelection(_ type: ExpressionType, _ field: String) -> String {
    "a value of type `\(type.name)` has no fields, so `.\(field)` cannot be read"
  }
  static func noOperator(
    _ symbol: String,
    _ left: ExpressionType,
    _ right: ExpressionType
  )
    -> String
  {
    "`\(symbol)` does not take `\(left.name)` and `\(right.name)`"
  }
  static func noOverload(_ name: String, _ arguments: [ExpressionType]) -> String {
    "`\(name)` does not take (\(arguments.map(\.name).joined(separator: ", ")))"
  }
  static func overloadHint(_ signatures: [String]) -> String {
    "it takes \(signatures.prefix(4).joined(separator: ", or "))"
  }
  static func notBoolean(_ type: ExpressionType) -> String {
    "expected true or false but this is `\(type.name)`"
  }
  static func notIterable(_ type: ExpressionType) -> String {
    "`\(type.name)` cannot be iterated; macros take lists and maps"
  }
  static func unknownType(_ name: String) -> String { "there is no message type `\(name)`" }
  static func fieldType(
    _ field: String,
    _ declared: ExpressionType,
    _ given: ExpressionType
  ) -> String {
    "the field `\(field)` holds `\(declared.name)`, not `\(given.name)`"
  }
  static func textAndNumberHint(_ symbol: String) -> String {
    symbol == "+"
      ? "convert the number: `string(x)`" : "numbers stand without quotes; convert with `double(x)`"
  }
  static let negationHint = "write `!` for `not`, as in `!(a && b)`"
  static let mixedNumbersHint =
    "convert one side with `double(x)`, `int(x)` or `uint(x)`; `1.0` is a double, `1` an int"
  static let lengthSugar = "`.length` is not CEL"
  static func sizeHint(_ text: String) -> String { "write `size(\(text))`" }
  static func neverAllowed(_ text: String, _ allowed: [String]) -> String {
    "`\(text)` is none of the values that this field can have"
  }
  static func allowedHint(_ allowed: [String]) -> String {
    "it is one of \(allowed.prefix(10).map { "`\($0)`" }.joined(separator: ", "))"
  }
  static func badPattern(_ message: String) -> String { "the pattern is refused: \(message)" }
  static func badConstant(_ message: String) -> String { "this always fails: \(message)" }

  static func known(_ names: [String]) -> String? {
    guard !names.isEmpty else { return nil }
    let shown = names.prefix(8).map { "`\($0)`" }.joined(separator: ", ")
    return "known here: \(shown)\(names.count > 8 ? ", …" : "")"
  }
  static func callGlobal(_ name: String, _ receiver: String) -> String {
    "write `\(name)(\(receiver))`"
  }
  static func callMember(_ name: String) -> String { "write `value.\(name)(…)`" }
  static func callMember(_ name: String, _ receiver: String, _ others: [String]) -> String {
    "write `\(receiver).\(name)(\(others.joined(separator: ", ")))`"
  }
  static func containsHint(_ text: String, _ part: String) -> String {
    "`in` asks lists and maps; of a text write `\(text).contains(\(part))`"
  }

  // MARK: Evaluation

  static let costExceeded = "the expression reached its cost limit"
  static func costExceeded(_ limit: Int, costliest: String, percent: Int) -> String {
    "the expression reached its cost limit of \(limit) units,"
      + " \(percent) % of them in `\(costliest)`"
  }
  static let cancelled = "the evaluation was cancelled"
  static let valueTooLarge = "the expression makes a value beyond the size limit"
  static func noValueYet(_ name: String) -> String {
    "`\(name)` has no value in this run: what produces it has not run"
  }
  static func undeclared(_ name: String) -> String { "undeclared reference to `\(name)`" }
  static func undeclaredFunction(_ name: String) -> String { "no function named `\(name)`" }
  static func noSuchField(_ field: String, _ known: [String]) -> String {
    let near = Suggestion.nearest(to: field, in: known)
    let hint = near.map { "; did you mean `\($0)`?" } ?? ""
    return "no such key: `\(field)` is not in the value\(hint)"
  }
  static func fieldOfNull(_ field: String) -> String {
    "`\(field)` was asked of null"
  }
  static func noSuchKey(_ key: Cell) -> String { "no such key: \(shown(key))" }
  static func fieldOf(_ field: String, _ cell: Cell) -> String {
    "`.\(field)` cannot be read from a value of type \(cell.kindName)"
  }
  static func noOverload(_ name: String, _ arguments: [Cell]) -> String {
    let kinds = arguments.map { $0.kindName }.joined(separator: ", ")
    return "no such overload: `\(name)` does not take (\(kinds))"
  }
  static let timestampRange = "the timestamp is out of range: years 1 to 9999"
  static func indexOfNull(_ key: Cell) -> String { "\(shown(key)) was asked of null" }
  static func unknownZone(_ name: String) -> String { "there is no time zone `\(name)`" }
  static let negativeDepth = "the depth cannot be negative"
  /// A comment in a text of several lines that YAML makes one of.
  static let foldedComment = "the comment hides the lines after it: YAML joins them into one"
  static let foldedCommentHint = "keep the lines apart with `|`, or put the comment last"
  /// NaN where values are put in order.
  static let notANumber = "NaN, which is no number, has no place in an order"

  /// Two keys that JSON cannot tell apart.
  static func collidingKey(_ key: String) -> String {
    "two keys of one map are both `\"\(key)\"` as JSON: make one of them another text"
  }

  static let unorderable = "the elements have no common order"
  static let emptyList = "the list is empty"
  static let negativeShift = "a shift cannot be negative"
  static let tooManyGroups = "the pattern may have one group at most"
  static let badReplacement = "the replacement names a group that the pattern lacks"
  static let addressZone = "IP Address with zone value is not allowed"
  static let mappedAddress = "IPv4-mapped IPv6 address is not allowed"
  static func badAddress(_ text: String) -> String { "`\(text)` is no IP address" }
  static func badPrefix(_ text: String) -> String {
    "`\(text)` is no network address such as `10.0.0.0/8`"
  }
  static func unknownClause(_ text: String) -> String {
    "unrecognized formatting clause `%\(text)`"
  }
  static func missingArgument(_ index: Int) -> String { "there is no argument \(index) to format" }
  static func badClause(_ clause: String, _ kind: String) -> String {
    "`%\(clause)` does not format a value of type \(kind)"
  }
  static func unsupportedField(_ cell: Cell) -> String {
    "unsupported field type: the field does not hold a value of type \(cell.kindName)"
  }
  static func badAny(_ url: String) -> String { "the packed message `\(url)` cannot be read" }
  static let overflow = "the result does not fit its type"
  static let divideByZero = "division by zero"
  static let remainderByZero = "remainder of a division by zero"
  static func indexOutOfRange(_ index: Int64, _ count: Int) -> String {
    "index \(index) is out of range: the list has \(count) elements"
  }
  static func characterOutOfRange(_ index: Int64, _ count: Int) -> String {
    "index \(index) is out of range: the text has \(count) characters"
  }
  static func duplicateKey(_ key: Cell?) -> String {
    key.map { "the map repeats the key \(shown($0))" } ?? "the map repeats a key"
  }
  static let timestampForm = ": write a date, a time and a zone, as in `2000-01-31T12:00:00Z`"
  static let durationForm = ": write numbers with the units h, m, s, ms, us, ns, as in `1h30m`"
  static func badMapKey(_ key: Cell) -> String {
    "a value of type \(key.kindName) cannot be a key of a map"
  }
  static let notOptional = "an optional value is expected after `?`"
  static let noOptionalValue = "the optional holds no value"
  static func conversion(_ cell: Cell, to type: String) -> String {
    "\(shown(cell)) cannot be converted to \(type)"
  }
  static func notRange(_ kind: String) -> String {
    "a value of type \(kind) cannot be iterated; `range` takes lists and maps"
  }
  static func notTruth(_ kind: String) -> String {
    "expected true or false but the value is of type \(kind)"
  }
  static func notTruth(_ cell: Cell) -> String {
    "expected true or false but the value is of type \(cell.kindName)"
  }

  /// A short rendering of a value for messages.
  static func shown(_ cell: Cell) -> String {
    switch cell.tag {
    case Tag.string where cell.count <= 64: "`\(cell.text.string)`"
    case Tag.int: "`\(cell.int)`"
    case Tag.uint: "`\(cell.bits)u`"
    case Tag.bool: cell.isTrue ? "`true`" : "`false`"
    case Tag.double: "`\(cell.double)`"
    default: "a value of type \(cell.kindName)"
    }
  }

  // MARK: Queries

  static let noQueries = "there is nothing to run queries on here"
  static let queryNotText = "the query of `jsonpath` is a text that stands here"
  static let queryInTemplate = "a template holds an expression, and this is a query"
  static let queryInTemplateHint =
    "write `jsonpath_one('$…')` for one value, `jsonpath('$…')` for a list of all"
  static func queryHint(_ form: QueryForm) -> String {
    "write `\(form.rawValue)(value, '$.name')`, or `\(form.rawValue)('$.state.name')` for the flow"
  }
  static func unknownMember(_ name: String, of parent: String) -> String {
    "`\(parent)` has no member `\(name)`"
  }
}
