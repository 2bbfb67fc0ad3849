/// The schema of a plan, as a planner's answers are validated with.
enum PlanSchema {
  static let text = """
    {
      "type": "object",
      "properties": {
        "goal": {"type": "string", "minLength": 1, "maxLength": 400},
        "steps": {
          "type": "array", "minItems": 1, "maxItems": 50,
          "items": {"$ref": "#/$defs/step"}
        }
      },
      "required": ["goal", "steps"],
      "additionalProperties": false,
      "$defs": {
        "step": {
          "type": "object",
          "properties": {
            "id": {"type": "string", "pattern": "^[a-z][a-z0-9-]*$"},
            "tool": {"enum": ["search", "write", "read"]},
            "arguments": {
              "type": "object",
              "properties": {
                "query": {"type": "string"},
                "limit": {"type": "integer", "minimum": 1, "maximum": 100}
              },
              "required": ["query"]
            },
            "depends_on": {"type": "array", "items": {"type": "string"}, "uniqueItems": true},
            "budget": {"type": "number", "minimum": 0}
          },
          "required": ["id", "tool", "arguments"],
          "additionalProperties": false
        }
      }
    }
    """
}

/// Queries that ask for too much.
enum HostileQueries {
  static let texts: [String] = {
    func many(_ piece: String, _ count: Int, _ separator: String = "") -> String {
      Array(repeating: piece, count: count).joined(separator: separator)
    }
    return [
      "$..[?count($..*) > 2]", "$..[?count(@..*) > 2]", "$..[?@ < 'a' || @ > 'b']",
      "$" + many("[0,0]", 18), "$[?" + many("@.a==1", 3_000, "||") + "]",
      "$" + many("[?@", 1_000) + many("]", 1_000), "$..*..*", "$..*..*..*",
      "$..[?@..[?@..*]]", "$..[?@ == $]", "$..[?@ != @.items]", "$..[?length(@) > 1 && @ >= '']",
      "$..[?match(@, '(a|aa)+$')]", "$..[?search(@, 'a{1,1000}b{1,1000}')]",
      "$..[?value(@..name) == value($..name)]", "$[*,*,*,*][*,*,*,*][*,*,*,*]",
      "$..[::-1,::1,1::2]", "$[?" + many("@ <= @", 150, " || ") + "]",
      "$..[?@ < 'a' || @ < 'b' || @ < 'c' || @ < 'd' || @ < 'e']",
      "$..[?count(@.*) > 0 && count(@..*) < 100000]", "$..[?!(@.a || @.b || @.c || @.d)]",
    ]
  }()
}
