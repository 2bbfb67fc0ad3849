public import Table
public import Values

/// The JSON Schema of a plan, made from what a planner may use.
///
/// It helps a model to answer in form; nothing rests on it, since every proposal is read and proven
/// as if there were no schema.
public enum PlanSchema {
  /// The schema for one planner of a table.
  public static func schema(_ table: TransitionTable, _ planner: PlannerEntry) -> Value {
    var agents: [Value] = []
    var tools: [Value] = []
    for callee in planner.callees where callee.isNamed {
      let performer = table.performers[Int(callee.performer)]
      let id = Value.string(performer.id)
      switch performer.role {
      case .agent: if !agents.contains(id) { agents.append(id) }
      case .tool: if !tools.contains(id) { tools.append(id) }
      }
    }
    var task: ValueMap = [
      "id": .map(["type": .string("string"), "pattern": .string("^[A-Za-z_][A-Za-z0-9_]*$")]),
      "with": .map(["type": .string("object")]), "when": text, "require": text, "timeout": text,
      "depends_on": .map(["type": .string("array"), "items": text]), "for_each": text,
      "max_items": .map(["type": .string("integer"), "minimum": .int(1)]),
      "retry": .map([
        "type": .string("object"),
        "properties": .map(["max_attempts": .map(["type": .string("integer")])]),
        "required": .list([.string("max_attempts")]),
      ]),
    ]
    if !agents.isEmpty {
      task["agent"] = .map(["enum": .list(agents)])
      task["action"] = text
    }
    if !tools.isEmpty { task["tool"] = .map(["enum": .list(tools)]) }
    return .map([
      "type": .string("object"),
      "properties": .map([
        "tasks": .map([
          "type": .string("array"), "minItems": .int(1), "maxItems": .int(Int64(planner.maxSteps)),
          "items": .map([
            "type": .string("object"), "properties": .map(task),
            "required": .list([.string("id")]), "additionalProperties": .bool(false),
          ]),
        ])
      ]),
      "required": .list([.string("tasks")]), "additionalProperties": .bool(false),
    ])
  }

  private static let text: Value = .map(["type": .string("string")])
}
