import Definition
import Source
import Table

/// A node of a behavior tree with its places and registers in the table.
///
/// Sequences, fallbacks and decorators have no place of their own: their children's rows lead on to
/// each other. A node gets a `branch` around it when something has to hold on to it: guards,
/// reactive nodes, their children and those of parallel nodes, memory, timers, ids.
struct TreeLayout {
  /// The node as written.
  var node: TreeNode
  /// The branch around it; `noIndex`: none.
  var branch = noIndex
  /// The leaf or parallel node itself; `noIndex`: neither.
  var place = noIndex
  /// What stands before the children: a decision or a wait.
  var front = noIndex
  /// Where a node rests that goes on at the next occasion.
  var park = noIndex
  /// Endings of a branch that ends by itself: success, failure, skipped.
  var endings: [NodeIndex] = []
  /// Its own register: rounds, tries or children skipped.
  var register = noIndex
  /// Its register that outlives the node.
  var memory = noIndex
  /// Its register that says that its guards need not be looked at again.
  var asked = noIndex
  /// Registers of the node and those below, to be zeroed on entry.
  var registers: Range<RegisterIndex> = 0..<0
  /// Its nodes in the table.
  var range: Range<NodeIndex> = 0..<0
  /// Layouts of the children.
  var children: [Int] = []
  /// Whether it can end as skipped.
  var canSkip = false
  /// Whether its leaf can, whatever its guards say.
  var leafSkips = false
  /// Its `failure_if`, in the programs pool.
  var failureIf = noIndex
}

/// A tree laid out in the table.
struct LaidOutTree {
  /// The tree's node.
  var node = noIndex
  /// The layout of its root.
  var layout = 0
  /// Its endings: success, failure, skipped.
  var endings: [NodeIndex] = []
  /// Its registers; layouts count from the first until they are placed.
  var registers: [RegisterEntry] = []
  /// How many of them are zeroed when the tree is entered.
  var counted: RegisterIndex = 0
  /// The number of the first.
  var base: RegisterIndex = 0
  /// Its layouts.
  var layouts: [Int] = []
  /// Nodes that know registers.
  var parts: [NodeIndex] = []
  /// Layouts with a memory, and their first nodes; `isGuard`: it concerns their guards.
  var memories: [(layout: Int, node: NodeIndex, isGuard: Bool)] = []
  /// Whether ticks drive it.
  var isTicked = false
}

/// A way on from a node of a tree: what becomes a row.
struct TreeEdge {
  var target: NodeIndex
  var span: SourceSpan?
  var tests: [(register: RegisterIndex, below: Int32)] = []
  var updates: [(operation: TreeMove.Operation, register: RegisterIndex, number: Int32)] = []
  var guardProgram = noIndex
  var isNegated = false
  var assignments: [AssignmentEntry] = []
  var domain: Range<NodeIndex> = 0..<0
  var keepsTarget = false
  var haltsPlace = false
  var resets: Range<RegisterIndex> = 0..<0

  init(_ target: NodeIndex, at span: SourceSpan?) {
    self.target = target
    self.span = span
  }

  /// The same way under a guard.
  func guarded(by program: PoolIndex, negated: Bool = false, at span: SourceSpan?) -> TreeEdge {
    var edge = self
    edge.guardProgram = program
    edge.isNegated = negated
    edge.span = span
    return edge
  }

  /// The same way while a register is below a number.
  func whileBelow(_ number: Int32, _ register: RegisterIndex) -> TreeEdge {
    var edge = self
    edge.tests.insert((register, number), at: 0)
    return edge
  }

  /// The same way with a change of a register.
  func updating(
    _ operation: TreeMove.Operation,
    _ register: RegisterIndex,
    _ number: Int32
  ) -> TreeEdge {
    var edge = self
    edge.updates.insert((operation, register, number), at: 0)
    return edge
  }
}

/// Where a node's endings lead.
struct TreeWays {
  var success: [TreeEdge]
  var failure: [TreeEdge]
  var skipped: [TreeEdge]

  /// The same ways, halting what is left in a range.
  func halting(_ range: Range<NodeIndex>) -> TreeWays {
    func halting(_ edges: [TreeEdge]) -> [TreeEdge] {
      edges.map { edge in
        var edge = edge
        let (domain, isEmpty) = (edge.domain, edge.domain.isEmpty)
        // Most often a domain that is there already lies around this one.
        edge.domain =
          isEmpty
          ? range
          : min(domain.lowerBound, range.lowerBound)..<max(domain.upperBound, range.upperBound)
        return edge
      }
    }
    return TreeWays(
      success: halting(success),
      failure: halting(failure),
      skipped: halting(skipped)
    )
  }
}

extension [TreeEdge] {
  func updating(
    _ operation: TreeMove.Operation,
    _ register: RegisterIndex,
    _ number: Int32
  ) -> [TreeEdge] {
    map { $0.updating(operation, register, number) }
  }

  func whileBelow(_ number: Int32, _ register: RegisterIndex) -> [TreeEdge] {
    map { $0.whileBelow(number, register) }
  }
}
