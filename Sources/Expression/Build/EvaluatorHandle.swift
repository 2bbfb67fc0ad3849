import Source

/// Runs compiled code over a memory.
enum Evaluator {
  /// Sets up a context on the stack, runs `body`, frees what the evaluation allocated.
  // INVARIANT: the slots belong to the memory, which is borrowed for the call, and nothing of the
  // context outlives `body`.
  @inline(__always) static func run<Result>(
    _ memory: borrowing Memory,
    localCount: Int,
    cost: Int,
    valueSize: Int,
    cancellation: Cancellation? = nil,
    _ body: (Context) -> Result
  ) -> Result {
    unsafe withUnsafeTemporaryAllocation(byteCount: 1_024, alignment: 16) { buffer in
      let start = UInt(bitPattern: buffer.baseAddress)
      var state = unsafe EvaluationState(
        slots: UnsafePointer(memory.slots.base),
        slotCount: memory.slots.count,
        locals: nil,
        cost: cost,
        bump: start,
        end: start + UInt(buffer.count),
        valueSize: valueSize
      )
      return unsafe withUnsafeMutablePointer(to: &state) { pointer in
        let context = unsafe Context(pointer)
        defer { context.release() }
        if let cancellation { context.heed(cancellation) }
        if localCount > 0, let memory = unsafe context.allocate(localCount * 16) {
          unsafe pointer.pointee.locals = memory.bindMemory(to: Cell.self, capacity: localCount)
          for place in 0..<localCount { context.setLocal(place, .null) }
        }
        return body(context)
      }
    }
  }

  /// A memory without slots, for what reads nothing.
  static let emptyMemory = Memory(slotCount: 0)
}

extension Context {
  /// Notes the value of a node, for traces.
  func record(_ node: Int32, _ cell: Cell) { extras.recorded?[node] = cell }

  /// Starts to note the values of nodes.
  func startRecording() { extras.recorded = [:] }

  /// The noted values.
  var recording: [Int32: Cell] { extras.recorded ?? [:] }

  /// Starts to note what nodes use up.
  func startNoting(_ nodeCount: Int) { extras.charges = Array(repeating: 0, count: nodeCount) }

  /// What nodes used up, their parts included.
  var charges: [Int] { extras.charges }

  /// What was left of the cost limit.
  var remainingCost: Int { unsafe state.pointee.cost + state.pointee.reserve }

  /// Where the cost limit was noticed.
  var exhaustedAt: TextRange? { extras.exhaustedAt }
}
