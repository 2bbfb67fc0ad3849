/// What to write instead of the dialects and slips that are met most, by what stands at the cursor.
extension QueryCursor {
  /// Where a query should begin.
  var startHint: String {
    if isAtEnd { return "write `$` for the whole document, `$.name` for a part of it" }
    if next == 0x40 { return "the whole document is `$`; `@` stands in filters only" }
    if next == 0x20 || next == 0x09 || next == 0x0A || next == 0x0D {
      return "remove the blanks in front"
    }
    if next == 0x2E { return "write `$` in front" }
    return "write `$.` in front"
  }

  /// Where a segment should begin, or the query end.
  var segmentHint: String? {
    var rest = self
    rest.skipBlanks()
    if rest.isAtEnd { return "remove the blanks at the end" }
    switch rest.next {
    case 0x2D: return "names with other characters are written ['like-this']"
    case 0x28: return "functions stand in filters: [?length(@.name) > 0]"
    case 0x7E: return "keys cannot be selected, only values"
    case 0x5D, 0x29: return "remove it, or open it before"
    case 0x3D, 0x3C, 0x3E, 0x21: return "comparisons stand in filters: [?@.name == 1]"
    case 0x26, 0x7C:
      return
        "a query is one path; a guard of two is `jsonpath_exists('$.a') && jsonpath_exists('$.b')`"
    default: return nil
    }
  }

  /// Behind a dot, where a name should begin.
  var nameHint: String {
    isAtEnd
      ? "write the name, or remove the dot"
      : "names with other characters are written ['like-this']"
  }

  /// Where a selector should begin.
  var selectorHint: String {
    switch next {
    case 0x28: return "brackets hold no scripts: count from the end with [-1], or filter with ?"
    case 0x40: return "filters begin with `?`: [?@.name == 1]"
    case 0x24: return "a query as an index is not part of JSONPath"
    case 0x5D: return "write what is selected: ['name'], [0], [*]"
    default: break
    }
    var rest = self
    if let name = rest.takeName() { return "quote names in brackets: ['\(name)']" }
    return "selectors are 'name', 0, 1:3, * and ?filter"
  }

  /// Behind a complete test in a filter, where an operator or the end is expected.
  var operatorHint: String? {
    if starts(with: "=~") { return "write match(@.name, 'pattern') or search(@.name, 'pattern')" }
    if next == 0x3D { return "equality is written `==`" }
    if next == 0x26 { return "both together are written `&&`" }
    if next == 0x7C { return "either is written `||`" }
    if next == 0x2B || next == 0x2D || next == 0x2A || next == 0x2F || next == 0x25 {
      return "filters do not calculate"
    }
    var rest = self
    switch rest.takeName()?.lowercased() {
    case "and": return "write `&&`"
    case "or": return "write `||`"
    case "in", "nin", "contains", "anyof", "subsetof":
      return "write one comparison for each value, joined by `||`"
    case "eq": return "equality is written `==`"
    case "ne": return "inequality is written `!=`"
    default: return nil
    }
  }

  /// Where a query, a literal or a function should begin.
  var operandHint: String {
    if next == 0x3D { return "equality is written `==`" }
    if next == 0x2F { return "patterns are texts: match(@.name, 'pattern')" }
    if next == 0x21 { return "`!` stands before a test or a parenthesis, once" }
    if next == 0x28 { return "only tests stand in parentheses, not the sides of a comparison" }
    if next == 0x5B || next == 0x7B { return "lists and objects cannot be compared with literals" }
    if next == 0x2E {
      return "write `@` in front for the current node, or a digit before the point"
    }
    var rest = self
    if let name = rest.takeName() {
      let word = name.lowercased()
      if ["true", "false", "null"].contains(word) { return "write `\(word)`" }
      return "write @.\(name) for a part of the current node, '\(name)' for a text"
    }
    return "the current node is `@`, as in ?@.price < 10"
  }

  /// Whether the text goes on with `token`.
  func starts(with token: String) -> Bool { bytes[offset...].starts(with: token.utf8) }
}
