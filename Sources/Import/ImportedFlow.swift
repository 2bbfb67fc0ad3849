import Document
import Source

/// A flow of another format in house form: a tree whose spans point into the original.
public struct ImportedFlow: Sendable {
  /// The flow as the loader reads it.
  public var tree: Node
  /// The step of the flow for each state's name of the original.
  public var steps: [String: String]

  /// The flow as YAML.
  public var text: String { FlowText.yaml(tree) }
}
