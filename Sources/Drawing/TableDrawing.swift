import Table

/// Draws a table: the same picture for every planner.
public enum TableDrawing {
  /// The table as a Mermaid flowchart.
  ///
  /// Labels are entity-escaped, so that no name or guard can break out of its place.
  public static func mermaid(_ table: TransitionTable) -> String {
    MermaidText(picture: FlowPicture(table)).text
  }

  /// The table as a graph for Graphviz `dot`.
  public static func dot(_ table: TransitionTable) -> String {
    DotText(picture: FlowPicture(table)).text
  }

  /// The table as an SVG 1.1 image, laid out here; needs nothing but a viewer.
  ///
  /// The same table gives the same bytes. O(boxes x layers) at worst.
  public static func svg(_ table: TransitionTable) -> String {
    let picture = FlowPicture(table)
    return SVGText(picture: picture, layout: PictureLayout(picture)).text
  }
}
