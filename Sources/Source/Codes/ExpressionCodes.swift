extension DiagnosticCode {
  /// An expression that does not follow CEL's grammar.
  public static let celSyntax = DiagnosticCode(
    "SBX-CEL-001",
    "the expression does not follow the grammar",
    """
    Expressions are CEL (Common Expression Language). Operators are `&& || ! == != < <= > >= in +
    - * / %` and `condition ? one : other`; there are no `and`, `or`, `===`, `??` or assignments.

        wrong:  risk > 0.7 and tier = 'gold'
        right:  risk > 0.7 && tier == 'gold'
    """
  )
  /// A literal that has no value.
  public static let celLiteral = DiagnosticCode(
    "SBX-CEL-002",
    "a number or text is malformed",
    """
    Ints are 64 bits, uints end in `u`, texts stand in single or double quotes and know the
    escapes `\\n \\t \\\\ \\x41 \\u00e9 \\U0001f600`. Units are not part of numbers.

        wrong:  elapsed > 5m
        right:  elapsed > duration('5m')
    """
  )
  /// Nesting beyond the limit.
  public static let celTooDeep = DiagnosticCode(
    "SBX-CEL-003",
    "the expression is nested too deeply",
    """
    Nesting is limited so that no input can exhaust the stack. Flat chains (`a && b && c …`) may
    be long; parentheses, calls and selections inside each other may not. Split the expression
    with `cel.bind(name, value, body)`, or compute a part in an earlier step.

        wrong:  ((((((… 300 levels …))))))
        right:  cel.bind(total, a.b + a.c, total > 3 && total < 9)
    """
  )
  /// Text beyond the limit.
  public static let celTooLong = DiagnosticCode(
    "SBX-CEL-004",
    "the expression is too long",
    """
    The length of one expression is limited (`expressionBytes`). Move long lists of constants into
    the input or state of the flow and test membership there.

        wrong:  id in ['a1', 'a2', … ten thousand more …]
        right:  id in state.allowed_ids
    """
  )
  /// A reserved word used as a name.
  public static let celReservedWord = DiagnosticCode(
    "SBX-CEL-005",
    "a reserved word is used as a name",
    """
    CEL reserves words such as `if`, `for`, `function`, `package`. They may name fields but not
    variables.

        wrong:  package == 'gold'
        right:  input.package == 'gold'
    """
  )
  /// A macro used in a way it does not support.
  public static let celMacro = DiagnosticCode(
    "SBX-CEL-006",
    "a macro is used wrongly",
    """
    Macros such as `has`, `all`, `exists`, `map` and `filter` have a fixed form: `has` takes a
    selection, the others first declare a variable with a plain name.

        wrong:  has(order)            items.map(i.price)
        right:  has(input.order)      items.map(i, i.price)
    """
  )
  /// A template whose braces or pipes are wrong.
  public static let celTemplate = DiagnosticCode(
    "SBX-CEL-007",
    "a template is malformed",
    """
    A template is text with `{{ expression }}` parts; pipes follow a single `|`.

        wrong:  Hello {{ input.name
        right:  Hello {{ input.name | default('friend') }}
    """
  )
  /// A pipe that does not exist.
  public static let celUnknownPipe = DiagnosticCode(
    "SBX-CEL-008",
    "a template names an unknown pipe",
    """
    After `|` a template names one of the known functions.

        wrong:  {{ items | joined(', ') }}
        right:  {{ items | join(', ') }}
    """
  )
  /// A name that nothing declares.
  public static let celUnknownName = DiagnosticCode(
    "SBX-CEL-010",
    "a name is not declared",
    """
    Every name of an expression is bound when the flow is compiled: to an input or state field, a
    step, or a variable of an enclosing macro. Nothing is looked up by chance while the flow runs.

        wrong:  risk_scroe > 0.7
        right:  risk_score > 0.7
    """
  )
  /// A function that does not exist.
  public static let celUnknownFunction = DiagnosticCode(
    "SBX-CEL-011",
    "a function does not exist",
    """
    Functions are those of CEL and its extension libraries, and in flows `default`, `sum`, `join`
    and a few more.

        wrong:  name.toLowerCase() == 'x'
        right:  name.lowerAscii() == 'x'
    """
  )
  /// A field that a record does not declare.
  public static let celUnknownField = DiagnosticCode(
    "SBX-CEL-012",
    "a record has no such field",
    """
    The fields of inputs, state and results are declared by schemas, and reading another is
    refused before the flow runs.

        wrong:  classify.confidense > 0.8
        right:  classify.confidence > 0.8
    """
  )
  /// Operands that an operator or function does not take.
  public static let celTypes = DiagnosticCode(
    "SBX-CEL-013",
    "types do not fit",
    """
    CEL never converts by itself: `1 + 1.0` and `'a' + 1` are mistakes. Convert with `int()`,
    `uint()`, `double()` or `string()`.

        wrong:  'total: ' + 3
        right:  'total: ' + string(3)
    """
  )
  /// A known name that may not be read here.
  public static let celRefusedName = DiagnosticCode(
    "SBX-CEL-014",
    "a name may not be read here",
    """
    Some names exist but are closed to guards and templates: secrets, for example, are resolved
    only where a key, header or address needs them. A bare name that fits several declarations is
    refused, too, until it says which.

        wrong:  secrets.api_key != ''
        right:  env.REGION == 'eu'
    """
  )
  /// A comparison that can never hold.
  public static let celNeverAllowed = DiagnosticCode(
    "SBX-CEL-015",
    "a comparison can never hold",
    """
    The schema enumerates the values of the field, and the constant is none of them.

        wrong:  classify.category == 'tecnical'
        right:  classify.category == 'technical'
    """
  )
  /// A constant part that always fails.
  public static let celConstantFailure = DiagnosticCode(
    "SBX-CEL-016",
    "a constant part always fails",
    """
    Patterns, durations and timestamps written as constants are checked when the flow is compiled.

        wrong:  name.matches('(')        duration('5 minutes')
        right:  name.matches('[(]')      duration('5m')
    """
  )
  /// Sugar that is not CEL.
  public static let celStyle = DiagnosticCode(
    "SBX-CEL-017",
    "an expression uses sugar that is not CEL",
    """
    Flows accept `.length` on lists and texts; CEL spells it `size()`.

        accepted:  items.length > 3
        better:    size(items) > 3
    """
  )
  /// A name in single braces.
  public static let celSingleBraces = DiagnosticCode(
    "SBX-CEL-022",
    "single braces are text",
    """
    Templates put values in between double braces. `{name}` and `${name}` are sent as they are
    written; where `name` has a value, that is most often not meant.

        wrong:  prompt: "Answer {question}"
        right:  prompt: "Answer {{ question }}"
    """
  )
  /// A comment that hides the lines after it.
  public static let celFoldedComment = DiagnosticCode(
    "SBX-CEL-021",
    "a comment hides the lines after it",
    """
    A comment ends with its line. YAML makes one line of an unquoted text and of a block that
    begins with `>`, so that a comment in it hides all that follows. A block that begins with `|`
    keeps its lines.

        wrong:  when: >
                  input.amount < 100 // small
                  && input.approved
        right:  when: |
                  input.amount < 100 // small
                  && input.approved
    """
  )
  /// A guard that is not boolean.
  public static let celNotBoolean = DiagnosticCode(
    "SBX-CEL-018",
    "a guard is not true or false",
    """
    CEL has no truthiness: a guard must come to true or false.

        wrong:  when: input.items
        right:  when: size(input.items) > 0
    """
  )
  /// Arithmetic with a number that no schema declares.
  public static let celUndeclaredNumber = DiagnosticCode(
    "SBX-CEL-019",
    "arithmetic with a number that no schema declares",
    """
    Arithmetic does not mix ints and doubles, and JSON does not tell `1` from `1.0`: an answer of 3
    is an int, one of 3.5 a double. A schema settles it, as `number` always becomes a double and
    `integer` an int; so does a conversion. Comparisons take any two numbers.

        wrong:  score.points + 1.5            (where no schema declares `points`)
        right:  double(score.points) + 1.5
    """
  )
  /// A guard that may exceed the cost limit.
  public static let celCostly = DiagnosticCode(
    "SBX-CEL-020",
    "a guard may exceed the cost limit",
    """
    Each evaluation may use a limited number of cost units (`evaluationCost`, 1,000,000 by default;
    a unit is about one call), so that no input can keep the engine busy. The worst case of a guard
    follows from the sizes that schemas declare; where a schema declares none, 1,000 is assumed. A
    guard that can exceed the limit would fail in a run: loops within loops over lists that may grow
    are the usual reason.

        wrong:  orders: {type: array, items: {type: integer}}
                when: orders.all(a, orders.exists(b, orders.exists(c, a == b + c)))
        right:  orders: {type: array, items: {type: integer}, maxItems: 40}
    """
  )
  /// An evaluation that reached its cost limit.
  public static let celCostExceeded = DiagnosticCode(
    "SBX-CEL-030",
    "an evaluation reached its cost limit",
    """
    The expression was stopped as it had used all the cost units of one evaluation
    (`evaluationCost`). The message names the part that used most of them. Bound the sizes of what
    it walks in the schemas, or compute the answer in a step before.

        wrong:  items.all(a, items.exists(b, b.parent == a.id))    over thousands of items
        right:  size(items) < 500 && items.all(a, items.exists(b, b.parent == a.id))
    """
  )
  /// An evaluation that was cancelled.
  public static let celCancelled = DiagnosticCode(
    "SBX-CEL-031",
    "an evaluation was cancelled",
    """
    The program that embeds the engine cancelled the evaluation before it came to a value. Nothing
    is wrong with the expression; evaluating it again starts from its beginning.

        wrong:  treating the cancelled guard as false
        right:  leaving the run where it was
    """
  )
  /// A value beyond the size limit.
  public static let celValueTooLarge = DiagnosticCode(
    "SBX-CEL-032",
    "a value exceeds the size limit",
    """
    One value that an expression makes is limited in elements and bytes (`valueSize`): a short
    expression could otherwise fill the memory.

        wrong:  lists.range(900000).map(x, text + text).join('')
        right:  lists.range(900).map(x, text + text).join('')
    """
  )

  /// The codes of expressions.
  public static let expressionCodes: [DiagnosticCode] = [
    celSyntax, celLiteral, celTooDeep, celTooLong, celReservedWord, celMacro, celTemplate,
    celUnknownPipe, celUnknownName, celUnknownFunction, celUnknownField, celTypes, celRefusedName,
    celNeverAllowed, celConstantFailure, celStyle, celNotBoolean, celUndeclaredNumber,
    celCostly, celFoldedComment, celSingleBraces, celCostExceeded,
    celCancelled, celValueTooLarge,
  ]
}
