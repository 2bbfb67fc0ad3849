public import Document
public import Source
import Values

/// Reads what stands outside a flow's file in the flow's own words: the tasks of a plan, and the
/// invariants that a table keeps.
public enum PlanReader {
  /// The tasks of a plan and its result, read as a house flow's own are.
  ///
  /// `root` is a mapping with `tasks`, and `result` and `concurrency` if it has them.
  public static func tasks(
    _ root: Node,
    limits: Limits = Limits()
  ) -> (tasks: TaskList?, result: [Field], diagnostics: [Diagnostic]) {
    var reader = FlowReader(form: .house, limits: limits, includes: MemoryIncludes())
    guard let mapping = reader.mapping(root, .flow, path: "") else {
      return (nil, [], reader.findings.finished())
    }
    let tasks = reader.taskList(mapping)
    let result = reader.fields("result", mapping) ?? []
    let isUsable = !reader.findings.hasErrors
    return (isUsable ? tasks : nil, result, reader.findings.finished())
  }

  /// Invariants that stand in JSON as a table keeps them; what cannot be read is left out.
  public static func invariants(_ json: String, limits: Limits = Limits()) -> [Invariant] {
    let file = SourceFile(name: "<invariants>", text: "{\"invariants\":\(json)}")
    guard let root = DocumentParser.json(SourceText(file), limits: limits).root else { return [] }
    var reader = FlowReader(form: .house, limits: limits, includes: MemoryIncludes())
    guard let mapping = reader.mapping(root, .flow, path: "") else { return [] }
    return reader.invariants(mapping)
  }
}
