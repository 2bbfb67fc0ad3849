extension DiagnosticCode {
  /// The text is not YAML.
  public static let yamlSyntax = DiagnosticCode(
    "SBX-YAML-001",
    "the text is not YAML",
    """
    The text breaks a rule of YAML's grammar, so it has no tree. Most often a guard or a template
    was left unquoted, a line is indented differently from its neighbours, or a bracket or quote is
    not closed.

        when: output.ok ? 'a' : 'b'      # wrong: `: ` ends an unquoted text
        when: "output.ok ? 'a' : 'b'"    # right
    """
  )
  /// A byte or character that YAML forbids.
  public static let yamlBadCharacter = DiagnosticCode(
    "SBX-YAML-002",
    "a character that a YAML file cannot hold",
    """
    YAML files are UTF-8 text without control characters. The file holds bytes that are not UTF-8,
    or an invisible control character, often pasted from a terminal or a word processor; or the line
    separators U+0085, U+2028 and U+2029, which older YAML took for line breaks. Save the file as
    UTF-8; write a control character that you need as an escape in double quotes.

        bell: "\\u0007"
    """
  )
  /// Two entries of a mapping with one key.
  public static let yamlDuplicateKey = DiagnosticCode(
    "SBX-YAML-003",
    "a key stands twice in one mapping",
    """
    A mapping can hold a key only once; with two, one of the values would be lost silently. Keys
    are compared after resolution: `16` and `0x10` are the same key, and so are `a` and `"a"`.

        agent: writer
        agent: reviewer      # wrong: which of them?
    """
  )
  /// A merge key.
  public static let yamlMergeKey = DiagnosticCode(
    "SBX-YAML-004",
    "merge keys are not part of YAML 1.2",
    """
    `<<` was an experiment of YAML 1.1; where it applies depends on the parser. Write the keys
    out, or share a whole value with an anchor.

        defaults: &retry {max_attempts: 3}
        step: {<<: *retry}       # wrong
        step: {retry: *retry}    # right: the whole value is shared
    """
  )
  /// An alias without an anchor.
  public static let yamlUnknownAlias = DiagnosticCode(
    "SBX-YAML-005",
    "an alias names no anchor",
    """
    `*name` repeats the value marked `&name` above it; no such mark stands above. An unquoted text
    that begins with `*` is always taken for an alias.

        pattern: *.txt      # wrong: reads as the alias `.txt`
        pattern: "*.txt"    # right
    """
  )
  /// An alias inside its own anchor.
  public static let yamlRecursiveAlias = DiagnosticCode(
    "SBX-YAML-006",
    "a value contains itself",
    """
    The alias stands inside the value that it names, so the value would have no end.

        a: &a [1, *a]       # wrong
    """
  )
  /// A collection as key.
  public static let yamlComplexKey = DiagnosticCode(
    "SBX-YAML-007",
    "a list or mapping is used as a key",
    """
    Keys are texts. A collection as key is mostly an unquoted template, as a brace opens a
    mapping in YAML.

        name: {{ input.name }}      # wrong: a mapping inside a mapping
        name: "{{ input.name }}"    # right
    """
  )
  /// A tag outside the core schema.
  public static let yamlUnknownTag = DiagnosticCode(
    "SBX-YAML-008",
    "an unknown tag",
    """
    A word that begins with `!` is a tag in YAML, not a negation. Only the tags of the core schema
    mean something here: `!!str !!int !!float !!bool !!null !!seq !!map`.

        when: !done        # wrong: the tag `!done` on an empty value
        when: "!done"      # right
    """
  )
  /// A value that does not fit its tag.
  public static let yamlBadTagValue = DiagnosticCode(
    "SBX-YAML-009",
    "a value does not fit its tag",
    """
    The tag promises one kind of value and the text holds another.

        count: !!int seven    # wrong
        count: !!int 7        # right; the tag can go
    """
  )
  /// Infinity or NaN.
  public static let yamlNonFiniteNumber = DiagnosticCode(
    "SBX-YAML-010",
    "infinity and not-a-number are no values",
    """
    `.inf`, `.nan` and numbers too large for a 64-bit float cannot be written as JSON and make every
    limit meaningless. Write a number, or leave the key out where the absence means "no limit".

        timeout: .inf      # wrong
    """
  )
  /// Too many nodes by aliases.
  public static let yamlAliasLimit = DiagnosticCode(
    "SBX-YAML-011",
    "aliases expand to too many values",
    """
    Every alias repeats the value of its anchor, and aliases of aliases multiply: a few lines can
    stand for billions of values. The total is limited. Share less, or write the values once and
    refer to them by name.

        a: &a [x, x, x, x, x, x, x, x, x, x]
        b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]
        c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]    # wrong: a thousand values, and so on
        options: {limits: *a}                             # right: one value, shared where needed
    """
  )
  /// Nested too deeply.
  public static let yamlDepthLimit = DiagnosticCode(
    "SBX-YAML-012",
    "values nest too deeply",
    """
    Lists and mappings inside each other are limited in depth, so that a hostile text cannot
    exhaust the stack. No flow written by hand comes near the limit; move deep parts into flows of
    their own.

        matrix: [[[[[[[[[[[[1]]]]]]]]]]]]    # wrong, when it goes on like this for 100 levels
        matrix: [1]                          # right
    """
  )
  /// More than one document in a stream.
  public static let yamlManyDocuments = DiagnosticCode(
    "SBX-YAML-013",
    "more than one document in a file",
    """
    `---` starts another document; only one is read from a file, so the rest would be ignored. Put
    the documents into files of their own, or remove the line if it was meant as a separator.

        input: {question: {type: string}}
        ---                                  # wrong: what follows is another document
        states: {ask: {agent: clerk, on_success: done}}

        input: {question: {type: string}}    # right: one document
        states: {ask: {agent: clerk, on_success: done}}
    """
  )
  /// Larger than the limit.
  public static let documentSizeLimit = DiagnosticCode(
    "SBX-YAML-014",
    "a document is too large",
    """
    The bytes of a document and the number of its values are limited, since a flow is read as a
    whole. Data is no part of a flow: hand it in as input.

        state: {prices: {type: object, default: {…}}}    # wrong: a catalogue of a million entries
        input: {prices: {type: object}}                  # right: handed in with -i data.json
    """
  )
  /// A flow mapping entry that looks like a torn expression.
  public static let yamlTornText = DiagnosticCode(
    "SBX-YAML-015",
    "a comma tears an unquoted text apart",
    """
    Inside braces and brackets a comma ends an unquoted text, even between parentheses.

        - {when: f(a, b), target: x}      # wrong: `when` is `f(a`, and `b)` is a key
        - {when: "f(a, b)", target: x}    # right
    """
  )
  /// A key whose spelling is lost.
  public static let yamlRespelledKey = DiagnosticCode(
    "SBX-YAML-016",
    "a key is read with another spelling",
    """
    An unquoted key that looks like a number, a boolean or null is read as one, and then written
    the way JSON writes it: `1.10` is the number 1.1. Quote keys that are texts.

        versions: {1.10: old, 1.9: older}        # wrong: the keys are `1.1` and `1.9`
        versions: {"1.10": old, "1.9": older}    # right
    """
  )

  /// The codes of this file.
  static let yamlCodes: [DiagnosticCode] = [
    yamlSyntax, yamlBadCharacter, yamlDuplicateKey, yamlMergeKey, yamlUnknownAlias,
    yamlRecursiveAlias, yamlComplexKey, yamlUnknownTag, yamlBadTagValue, yamlNonFiniteNumber,
    yamlAliasLimit, yamlDepthLimit, yamlManyDocuments, documentSizeLimit, yamlTornText,
    yamlRespelledKey,
  ]
}
