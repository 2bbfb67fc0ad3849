import Source

/// Runs compiled code over a memory.
enum Evaluator {
  /// Sets up a context on the stack, runs `body`, frees what the evaluation allocated.
  // INVARIANT: the slots are borrowed for the call, and nothing of the context outlives `body`.
  @inline(__always) static func run<Result>(
    _ cells: borrowing [Cell],
    localCount: Int,
    cost: Int,
    valueSize: Int,
    _ body: (Context) -> Result
  ) -> Result {
    unsafe cells.withUnsafeBufferPointer { slots in
      unsafe withUnsafeTemporaryAllocation(byteCount: 1_024, alignment: 16) { buffer in
        let start = UInt(bitPattern: buffer.baseAddress)
        var state = unsafe EvaluationState(
          slots: slots.baseAddress,
          slotCount: slots.count,
          locals: nil,
          cost: cost,
          bump: start,
          end: start + UInt(buffer.count),
          valueSize: valueSize
        )
        return unsafe withUnsafeMutablePointer(to: &state) { pointer in
          let context = unsafe Context(pointer)
          defer { context.release() }
          if localCount > 0, let memory = unsafe context.allocate(localCount * 16) {
            unsafe pointer.pointee.locals = memory.bindMemory(to: Cell.self, capacity: localCount)
            for place in 0..<localCount { context.setLocal(place, .null) }
          }
          return body(context)
        }
      }
    }
  }
}

extension Context {
  /// Notes the value of a node, for traces.
  func record(_ node: Int32, _ cell: Cell) { extras.recorded?[node] = cell }

  /// Starts to note the values of nodes.
  func startRecording() { extras.recorded = [:] }

  /// The noted values.
  var recording: [Int32: Cell] { extras.recorded ?? [:] }

  /// What was left of the cost limit.
  var remainingCost: Int { unsafe state.pointee.cost }

  /// Where the cost limit was noticed.
  var exhaustedAt: TextRange? { extras.exhaustedAt }
}
