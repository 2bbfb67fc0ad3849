/// A binary heap: elements come out by their keys, the smallest first.
///
/// Those of one key come out in any order. O(log n) to add and to take one.
package struct LeastFirst<Element> {
  private var heap: [(key: Int64, element: Element)] = []

  /// An empty one.
  package init() {}

  /// How many there are.
  package var count: Int { heap.count }

  /// The smallest key.
  package var least: Int64? { heap.first?.key }

  /// Adds an element.
  package mutating func insert(_ element: Element, _ key: Int64) {
    heap.append((key, element))
    var child = heap.count - 1
    while child > 0, heap[(child - 1) / 2].key > heap[child].key {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  /// Takes out the element with the smallest key; nil: there is none.
  package mutating func removeFirst() -> (element: Element, key: Int64)? {
    guard let first = heap.first, let last = heap.popLast() else { return nil }
    guard !heap.isEmpty else { return (first.element, first.key) }
    heap[0] = last
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2]
      where child < heap.count && heap[child].key < heap[least].key {
        least = child
      }
      if least == parent { break }
      heap.swapAt(parent, least)
      parent = least
    }
    return (first.element, first.key)
  }
}
