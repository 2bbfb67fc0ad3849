extension DiagnosticCode {
  /// A query that is no JSONPath.
  public static let jsonPathSyntax = DiagnosticCode(
    "SBX-JSONPATH-001",
    "the query is not well-formed JSONPath",
    """
    Queries follow RFC 9535: `$`, then segments such as `.name`, `['name']`, `[0]`, `[1:3]`, `[*]`,
    `..name` and filters `[?@.price < 10]`. Older dialects differ: there is no `(@.length-1)`, no
    regular-expression operator, and names with other characters need quotes.

        wrong:  $.items[?(@.name =~ /a.*/)]
        right:  $.items[?match(@.name, 'a.*')]
    """
  )

  /// A number outside the range that JSONPath allows.
  public static let jsonPathRange = DiagnosticCode(
    "SBX-JSONPATH-002",
    "an index or slice bound is out of range",
    """
    Indices and slice bounds are integers from -(2^53-1) to 2^53-1, without leading zeros and
    without `-0` (RFC 9535, 2.1).

        wrong:  $[01]
        right:  $[1]
    """
  )

  /// A function used against its type.
  public static let jsonPathFunction = DiagnosticCode(
    "SBX-JSONPATH-003",
    "a function is unknown or used against its type",
    """
    JSONPath has the functions `length`, `count`, `match`, `search` and `value`. `count` and `value`
    take a query, the others take values; `match` and `search` are tests of their own, and the
    others must be compared with something (RFC 9535, 2.4).

        wrong:  $[?count(@.items)]
        right:  $[?count(@.items) > 0]
    """
  )

  /// A comparison with a query that may select several nodes.
  public static let jsonPathComparison = DiagnosticCode(
    "SBX-JSONPATH-004",
    "only a query for a single node can be compared",
    """
    A comparison takes literals, functions and queries made of names and indices only, since
    anything else may select several nodes (RFC 9535, 2.3.5.1).

        wrong:  $[?@.tags[*] == 'new']
        right:  $[?count(@.tags[?@ == 'new']) > 0]
    """
  )

  /// A query beyond a limit.
  public static let jsonPathLimit = DiagnosticCode(
    "SBX-JSONPATH-005",
    "the query is larger or costlier than allowed",
    """
    Queries are limited in length, segments, selectors and nesting, and their cost is estimated
    before they run, since a few characters can ask for millions of results.

        refused:  $..[?count($..*) > 2]
        instead:  ask for the part of the document that is needed, without `..` inside a filter
    """
  )

  /// A pattern that is no I-Regexp.
  public static let jsonPathPattern = DiagnosticCode(
    "SBX-JSONPATH-006",
    "a pattern of match or search is no I-Regexp",
    """
    Patterns are I-Regexps (RFC 9485), a small common core of all dialects: no `\\d`, `\\w`, `\\s`,
    no look-around, no back-references. A test with any other pattern is false, as RFC 9535
    demands, which is hardly what was meant.

        wrong:  $[?match(@.id, '\\d+')]
        right:  $[?match(@.id, '[0-9]+')]
    """
  )

  /// The engine that runs queries cannot be used.
  public static let jsonPathEngine = DiagnosticCode(
    "SBX-JSONPATH-007",
    "queries cannot be run here",
    """
    Queries run on libjq, which reads the file `.jq` of the home folder whenever it compiles and
    lets it redefine everything. Queries are therefore refused while that file exists. They are
    refused as well when the library fails a self-test.

        refused:  HOME=/home/me, where /home/me/.jq exists
        instead:  run with HOME unset, or move the file away
    """
  )

  /// The codes of this area.
  public static let jsonPathCodes: [DiagnosticCode] = [
    jsonPathSyntax, jsonPathRange, jsonPathFunction, jsonPathComparison, jsonPathLimit,
    jsonPathPattern, jsonPathEngine,
  ]
}
