import Source

/// A list of tasks (`tasks:`), which ends when its tasks have ended.
public struct TaskList: Sendable {
  /// In which order the tasks run (FLOW-SEMANTICS 16).
  public enum Order: Sendable, Hashable {
    /// One after the other, as they are listed.
    case listed
    /// Each as soon as the tasks that it depends on have succeeded.
    case dependencies
    /// All at once (`type: parallel`).
    case together
  }

  /// The tasks as written.
  public var tasks: [ListedTask]
  /// The order.
  public var order: Order
  /// Tasks that run at a time; nil: as many as there are.
  public var concurrency: Located<Int>?
  /// Whether the tasks' names are seen around the list, too, and not only inside it.
  public var isOpen = false
  /// Where the list stands.
  public var span: SourceSpan

  /// A list of tasks.
  public init(
    tasks: [ListedTask],
    order: Order,
    concurrency: Located<Int>? = nil,
    span: SourceSpan
  ) {
    self.tasks = tasks
    self.order = order
    self.concurrency = concurrency
    self.span = span
  }

  /// By task, the positions of the tasks that it depends on; names that no task has are left out.
  ///
  /// O(tasks + dependencies).
  public var dependencies: [[Int]] {
    var positions: [[UInt8]: Int] = [:]
    for (position, task) in tasks.enumerated() {
      let name = Array(task.name.utf8)
      if positions[name] == nil { positions[name] = position }
    }
    return tasks.map { task in
      var seen: Set<Int> = []
      return (task.dependsOn ?? []).compactMap { name in
        positions[Array(name.value.utf8)].flatMap { seen.insert($0).inserted ? $0 : nil }
      }
    }
  }

  /// The positions of the tasks in an order in which each follows what it depends on; of several
  /// that could come next the one listed first.
  ///
  /// When tasks depend on each other in a circle, `cycle` is one, and `order` the tasks outside.
  /// O(tasks × dependencies).
  public func sorted() -> (order: [Int], cycle: [Int]) {
    let dependencies = self.dependencies
    var isPlaced = [Bool](repeating: false, count: tasks.count)
    var order: [Int] = []
    var isChanged = true
    while isChanged, order.count < tasks.count {
      isChanged = false
      for position in tasks.indices where !isPlaced[position] {
        guard dependencies[position].allSatisfy({ isPlaced[$0] }) else { continue }
        isPlaced[position] = true
        isChanged = true
        order.append(position)
      }
    }
    guard let first = isPlaced.firstIndex(of: false) else { return (order, []) }
    // Whatever is left awaits something that is left, so following it comes back to where it was.
    var way: [Int] = []
    var current = first
    while !way.contains(current) {
      way.append(current)
      current = dependencies[current].first { !isPlaced[$0] } ?? current
    }
    return (order, Array(way.drop { $0 != current }))
  }
}

/// One task of a list.
public struct ListedTask: Sendable {
  /// Its id.
  public var name: String
  /// Where the id stands.
  public var nameSpan: SourceSpan
  /// What it does.
  public var step: Step
  /// The tasks that must have succeeded before it starts; nil: not given.
  public var dependsOn: [Located<String>]?

  /// A task.
  public init(
    name: String,
    nameSpan: SourceSpan,
    step: Step,
    dependsOn: [Located<String>]? = nil
  ) {
    self.name = name
    self.nameSpan = nameSpan
    self.step = step
    self.dependsOn = dependsOn
  }
}
