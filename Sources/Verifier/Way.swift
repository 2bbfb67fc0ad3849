import Table

/// A way through a table: the places in order and the row taken to each.
public struct Way: Sendable, Hashable {
  /// One place on a way.
  public struct Step: Sendable, Hashable {
    /// The place; the number of nodes stands for "the run fails".
    public var place: NodeIndex
    /// The row taken to it; `noIndex` at the start and where the run's own rule led.
    public var row: RowIndex
    /// Whether it was entered once too often and failed at once.
    public var isOverLimit: Bool
    /// Whether the place before it failed.
    public var followsFailure: Bool

    /// A place on a way.
    public init(
      place: NodeIndex,
      row: RowIndex,
      isOverLimit: Bool = false,
      followsFailure: Bool = false
    ) {
      self.place = place
      self.row = row
      self.isOverLimit = isOverLimit
      self.followsFailure = followsFailure
    }
  }

  /// The places in order.
  public var steps: [Step]

  /// A way.
  public init(_ steps: [Step]) { self.steps = steps }

  /// The names of the places in order.
  public func names(in table: TransitionTable) -> [String] {
    let names = PathNames(table)
    return steps.filter { table.isShown(Int($0.place)) }.map { names.place($0.place) }
  }

  /// `classify > review [classify.confidence < 0.7] > send`: names with the guards of the rows.
  ///
  /// `names` saves making them anew where many ways of a table are told.
  public func text(
    in table: TransitionTable,
    showsGuards: Bool = true,
    limit: Int = 40,
    names: PathNames? = nil
  ) -> String {
    let names = names ?? PathNames(table)
    var parts: [String] = []
    let steps = self.steps.filter { table.isShown(Int($0.place)) }
    for (position, step) in steps.enumerated() {
      if steps.count > limit, position == limit / 2 {
        parts.append("... \(steps.count - limit) more ...")
      }
      if steps.count > limit, position >= limit / 2, position < steps.count - limit / 2 {
        continue
      }
      parts.append(names.place(step.place) + (showsGuards ? condition(step, table) : ""))
    }
    return parts.joined(separator: " > ")
  }

  private func condition(_ step: Step, _ table: TransitionTable) -> String {
    var conditions: [String] = []
    if step.followsFailure { conditions.append("on error") }
    if step.row >= 0, Int(step.row) < table.rows.count {
      let row = table.rows[Int(step.row)]
      if row.guardProgram >= 0, Int(row.guardProgram) < table.programs.count {
        let text = table.programs[Int(row.guardProgram)].text
        conditions.append(row.isNegated ? "not (\(text))" : text)
      }
    }
    return conditions.isEmpty ? "" : " [" + conditions.joined(separator: ", ") + "]"
  }
}

/// Makes ways of places in a graph: what only holds others together is passed over.
package struct WayBuilder {
  /// One place on the way.
  package struct Step {
    var place: Int
    var row: RowIndex
    var isOverLimit = false
    var followsFailure = false
  }

  private let graph: PlaceGraph

  package init(_ graph: PlaceGraph) { self.graph = graph }

  /// The way over these places; a row that leads to something else on the way stays with the next.
  package func way(_ places: [Step]) -> Way {
    var steps: [Way.Step] = []
    var row = noIndex
    var followsFailure = false
    for step in places {
      if row == noIndex { row = step.row }
      followsFailure = followsFailure || step.followsFailure
      let fails = Int32(step.place) == graph.failsPlace
      guard fails || graph.node(step.place) != nil else { continue }
      steps.append(
        Way.Step(
          place: fails ? NodeIndex(graph.nodeCount) : graph.works[step.place],
          row: row,
          isOverLimit: step.isOverLimit,
          followsFailure: followsFailure
        )
      )
      row = noIndex
      followsFailure = false
    }
    return Way(steps)
  }
}

extension TransitionTable {
  /// Whether people know a place by its name: parts of trees have paths (`/tree/0`), what holds
  /// tasks together has none.
  package func isShown(_ place: Int) -> Bool {
    guard place >= 0, place < nodes.count else { return true }
    let name = nodes[place].name
    return !name.isEmpty && name.utf8.first != UInt8(ascii: "/")
  }
}

extension PathNames {
  /// What people call a place of a way; what stands for "the run fails" is called so.
  package func place(_ place: NodeIndex) -> String {
    Int(place) == count ? "(the run fails)" : self[place]
  }
}
