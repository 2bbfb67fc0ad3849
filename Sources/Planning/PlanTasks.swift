import Document
public import Source
import Values

/// The tasks of a proposal that was read before.
public enum PlanTasks {
  /// A task with its text.
  public struct Task: Sendable {
    /// Its id.
    public var id: String
    /// The task as JSON.
    public var text: String
  }

  /// The tasks that stand directly in the plan, in order.
  public static func tasks(of proposal: String, limits: Limits = Limits()) -> [Task] {
    let file = SourceFile(name: "proposal", text: ProposalReader.unfenced(proposal))
    let root = DocumentParser.json(SourceText(file), limits: limits).root
    return (root?["tasks"]?.elements ?? []).compactMap { task in
      guard let id = task["id"]?.string else { return nil }
      return Task(id: id, text: JSONWriter.string(task.value))
    }
  }
}
