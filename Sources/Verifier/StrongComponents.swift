/// Groups of places that can all reach each other (Tarjan's algorithm, without recursion).
package struct StrongComponents: Sendable {
  /// The group of each place; groups are numbered so that edges between groups lead to lower
  /// numbers.
  package private(set) var component: [Int32]
  /// Whether a place lies on a cycle.
  package private(set) var isCyclic: [Bool]
  /// Number of groups.
  package private(set) var count: Int

  /// The groups of `count` places.
  ///
  /// O(places + edges).
  package init(count placeCount: Int, successors: (Int, (Int32) -> Void) -> Void) {
    var targets: [Int32] = []
    var starts: [Int] = []
    starts.reserveCapacity(placeCount + 1)
    for place in 0..<placeCount {
      starts.append(targets.count)
      successors(place) { targets.append($0) }
    }
    starts.append(targets.count)
    component = [Int32](repeating: -1, count: placeCount)
    isCyclic = [Bool](repeating: false, count: placeCount)
    count = 0
    var number = [Int32](repeating: -1, count: placeCount)
    var low = [Int32](repeating: 0, count: placeCount)
    var cursor = starts
    var stack: [Int32] = []
    var work: [Int32] = []
    var next: Int32 = 0
    for root in 0..<placeCount where number[root] < 0 {
      work.append(Int32(root))
      while let top = work.last {
        let place = Int(top)
        if number[place] < 0 {
          number[place] = next
          low[place] = next
          next += 1
          stack.append(top)
        }
        if cursor[place] < starts[place + 1] {
          let target = Int(targets[cursor[place]])
          cursor[place] += 1
          if number[target] < 0 {
            work.append(Int32(target))
          } else if component[target] < 0 {
            low[place] = min(low[place], number[target])
          }
          if target == place { isCyclic[place] = true }
          continue
        }
        work.removeLast()
        if let parent = work.last { low[Int(parent)] = min(low[Int(parent)], low[place]) }
        if low[place] == number[place] { close(place, &stack) }
      }
    }
  }

  private mutating func close(_ root: Int, _ stack: inout [Int32]) {
    var first = stack.count - 1
    while Int(stack[first]) != root { first -= 1 }
    for member in stack[first...] {
      component[Int(member)] = Int32(count)
      if stack.count - first > 1 { isCyclic[Int(member)] = true }
    }
    stack.removeSubrange(first...)
    count += 1
  }
}
