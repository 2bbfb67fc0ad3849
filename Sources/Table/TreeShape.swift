/// What a tree is made of, as far as its cost goes: children first, then what stands around them.
///
/// A list of pairs of an operation and a number. Figures come in pairs, one for success and one for
/// failure, since a sequence that fails early takes less than one that succeeds.
public enum TreeShape: Int32, Sendable, CaseIterable {
  /// A leaf; the number is its node.
  case leaf
  /// The last so many, in order until one fails.
  case sequence
  /// The last so many, in order until one succeeds.
  case fallback
  /// One of the last so many.
  case choice
  /// All of the last so many, at the same time.
  case parallel
  /// The last so many: all but the last in order until one fails, then the last.
  case recovery
  /// Success for failure.
  case inverter
  /// Either ending may follow either.
  case either
  /// Failures are tried again, so often in all; -1: without end.
  case retry
  /// Successes are repeated, so often in all; -1: without end.
  case rounds
  /// The whole may start over so often in all.
  case restarts
  /// The last two, one after the other however the first ends.
  case chain
  /// What a timeout ends; the number is the branch whose `after` row says when.
  case within

  /// Figures for the two endings.
  public typealias Pair = (success: Int64, failure: Int64)

  /// The figures of a shape.
  ///
  /// Sums and products saturate; `together` is what parts at the same time come to, `within` what
  /// is left of a figure below a timeout. O(shape).
  public static func fold(
    _ shape: [Int32],
    leaf: (NodeIndex) -> Int64,
    unbounded: Int64,
    together: ([Int64]) -> Int64,
    within: (NodeIndex, Int64) -> Int64 = { $1 }
  ) -> Pair {
    func add(_ left: Int64, _ right: Int64) -> Int64 {
      let (sum, overflow) = left.addingReportingOverflow(right)
      return overflow ? unbounded : min(unbounded, sum)
    }
    func times(_ figure: Int64, _ number: Int32) -> Int64 {
      guard figure > 0, number != 0 else { return 0 }
      guard number > 0 else { return unbounded }
      let (product, overflow) = figure.multipliedReportingOverflow(by: Int64(number))
      return overflow ? unbounded : min(unbounded, product)
    }
    var stack: [Pair] = []
    var position = 0
    while position + 1 < shape.count {
      let number = shape[position + 1]
      let operation = TreeShape(rawValue: shape[position])
      position += 2
      let count = max(0, min(Int(number), stack.count))
      switch operation {
      case .leaf?:
        let figure = leaf(number)
        stack.append((figure, figure))
      case .sequence?, .fallback?, .choice?, .parallel?, .recovery?:
        let parts = Array(stack.suffix(count))
        stack.removeLast(count)
        switch operation {
        case .sequence?: stack.append(sequence(parts, add))
        case .fallback?:
          let dual = sequence(parts.map { ($0.failure, $0.success) }, add)
          stack.append((dual.failure, dual.success))
        case .choice?:
          stack.append((parts.map(\.success).max() ?? 0, parts.map(\.failure).max() ?? 0))
        case .recovery?:
          let tried = sequence(Array(parts.dropLast()), add)
          let cleanup = parts.last.map { max($0.success, $0.failure) } ?? 0
          // Halted in the middle it cleans up as well.
          stack.append((tried.success, add(max(tried.success, tried.failure), cleanup)))
        default:
          let figure = together(parts.map { max($0.success, $0.failure) })
          stack.append((figure, figure))
        }
      case .chain?:
        guard let second = stack.popLast(), let first = stack.popLast() else { continue }
        let before = max(first.success, first.failure)
        stack.append((add(before, second.success), add(before, second.failure)))
      case .inverter?, .either?, .retry?, .rounds?, .restarts?, .within?:
        guard let part = stack.popLast(), let operation else { continue }
        stack.append(around(part, operation, number, add, times, within))
      case nil: continue
      }
    }
    return stack.last ?? (0, 0)
  }

  /// What stands around one part.
  private static func around(
    _ part: Pair,
    _ operation: TreeShape,
    _ number: Int32,
    _ add: (Int64, Int64) -> Int64,
    _ times: (Int64, Int32) -> Int64,
    _ within: (NodeIndex, Int64) -> Int64
  ) -> Pair {
    let most = max(part.success, part.failure)
    switch operation {
    case .within:
      let ended = within(number, most)
      return (min(part.success, ended), ended)
    case .inverter: return (part.failure, part.success)
    case .either: return (most, most)
    case .retry:
      let before = number < 0 ? times(part.failure, -1) : times(part.failure, number - 1)
      return (add(before, part.success), times(part.failure, number))
    case .rounds:
      let before = number < 0 ? times(part.success, -1) : times(part.success, number - 1)
      return (times(part.success, number), add(before, part.failure))
    default: return (times(most, number), times(most, number))
    }
  }

  private static func sequence(_ parts: [Pair], _ add: (Int64, Int64) -> Int64) -> Pair {
    var whole: Pair = (0, 0)
    for part in parts {
      whole.failure = max(whole.failure, add(whole.success, part.failure))
      whole.success = add(whole.success, part.success)
    }
    return whole
  }

  /// Whether operations and numbers fit each other.
  static func isSound(_ shape: [Int32], nodes: Int) -> Bool {
    guard shape.count % 2 == 0 else { return false }
    var depth = 0
    for position in stride(from: 0, to: shape.count, by: 2) {
      let number = Int(shape[position + 1])
      switch TreeShape(rawValue: shape[position]) {
      case .leaf?:
        guard number >= 0, number < nodes else { return false }
        depth += 1
      case .sequence?, .fallback?, .choice?, .parallel?, .recovery?:
        guard number >= 0, number <= depth else { return false }
        depth += 1 - number
      case .chain?:
        guard depth > 1 else { return false }
        depth -= 1
      case .within?: guard depth > 0, number >= 0, number < nodes else { return false }
      case .inverter?, .either?, .retry?, .rounds?, .restarts?:
        guard depth > 0, number >= -1 else { return false }
      case nil: return false
      }
    }
    return depth <= 1
  }
}
