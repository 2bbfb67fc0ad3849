import Expression
import Table
import Values

// Frames: instances of parts of the table, for maps over items and child flows.
extension StepInterpreter {
  /// The position of a frame among the state's frames.
  func frame(_ id: Int32) -> Int? {
    var (low, high) = (0, state.frames.count)
    while low < high {
      let middle = (low + high) / 2
      if state.frames[middle].id < id { low = middle + 1 } else { high = middle }
    }
    return low < state.frames.count && state.frames[low].id == id ? low : nil
  }

  /// The node that a frame's template consists of.
  func root(of frame: Int32) -> NodeIndex {
    guard let position = self.frame(frame) else { return 0 }
    return table.frames[Int(state.frames[position].template)].nodes.lowerBound
  }

  /// Puts a frame's slots, registers and records where programs and rows read them.
  mutating func activate(_ frame: Int32) {
    guard frame != currentFrame else { return }
    let (old, new) = (chain(currentFrame), chain(frame))
    var shared = 0
    while shared < old.count, shared < new.count, old[shared] == new[shared] { shared += 1 }
    for id in old[shared...].reversed() { exchange(id) }
    for id in new[shared...] { exchange(id) }
    currentFrame = frame
    let template = self.frame(frame).map { state.frames[$0].template } ?? 0
    context = linked.contexts[Int(template)]
  }

  /// A frame and those around it but the run's own, outermost first.
  private func chain(_ frame: Int32) -> [Int32] {
    var frames: [Int32] = []
    var next = frame
    while next != 0, let position = self.frame(next) {
      frames.append(next)
      next = state.frames[position].parent
    }
    return frames.reversed()
  }

  /// Swaps what a frame owns with what stands in the state's own arrays: its own inverse.
  private mutating func exchange(_ id: Int32) {
    guard let position = frame(id) else { return }
    let template = table.frames[Int(state.frames[position].template)]
    state.memory.exchange(
      Int(template.slots.lowerBound)..<Int(template.slots.upperBound),
      with: &state.frames[position].memory
    )
    for offset in 0..<template.registers.count {
      let register = Int(template.registers.lowerBound) + offset
      swap(&state.registers[register], &state.frames[position].registers[offset])
    }
    for offset in 0..<template.nodes.count {
      let node = Int(template.nodes.lowerBound) + offset
      swap(&state.steps[node], &state.frames[position].steps[offset])
    }
    for offset in 0..<template.histories.count {
      let history = Int(template.histories.lowerBound) + offset
      swap(&state.histories[history], &state.frames[position].histories[offset])
    }
  }

  /// Makes an instance for a place of the current frame and activates it; nil: the run has had as
  /// many as it can count.
  private mutating func makeFrame(of owner: NodeIndex, position: Int) -> FrameTemplate? {
    guard state.nextFrame < RunState.mostFrames else {
      let message = Messages.tooManyFrames(RunState.mostFrames)
      let error = RunError(kind: .maxSteps, message: message, step: table.nodes[Int(owner)].name)
      state.lastError = error
      endByError(error)
      return nil
    }
    let parent = currentFrame
    let number = table.nodes[Int(owner)].template
    let template = table.frames[Int(number)]
    let id = state.nextFrame
    state.nextFrame += 1
    state.frames.append(
      FrameInstance(
        id: id,
        template: number,
        parent: parent,
        owner: owner,
        position: Int32(clamping: position),
        memory: MemoryPart(slotCount: template.slots.count),
        registers: [Int64](repeating: 0, count: template.registers.count),
        steps: [StepRecord](repeating: StepRecord(), count: template.nodes.count),
        histories: [[NodeIndex]](repeating: [], count: template.histories.count)
      )
    )
    activate(id)
    for node in template.nodes { exposeStep(node) }
    return template
  }

  /// Starts the instance of one item.
  mutating func openFrame(of owner: NodeIndex, position: Int) {
    guard let join = join(of: owner, currentFrame),
      state.joins[join].items.indices.contains(position)
    else { return }
    let item = state.joins[join].items[position]
    guard let template = makeFrame(of: owner, position: position) else { return }
    if context.item != noIndex { state.memory.set(Int(context.item), item) }
    if context.index != noIndex { state.memory.set(Int(context.index), .int(Int64(position))) }
    enter([template.nodes.lowerBound], within: owner)
  }

  /// A fork evaluates its list and starts its first instances.
  mutating func startFork(_ place: NodeIndex, _ node: PlaceNode) {
    let items: [Value]
    switch linked.evaluate(node.items, state.memory) {
    case .value(.list(let list)): items = list
    case .value(let value):
      let message = "`for_each` of `\(node.name)` is \(value.kindName), not a list"
      fail(place, RunError(kind: .guardError, message: message, step: node.name))
      return
    case .failure(let error):
      fail(place, RunError(kind: .guardError, message: error.message, step: node.name))
      return
    }
    let most = Int(table.frames[Int(node.template)].maxInstances)
    guard items.count <= most else {
      let message = "`\(node.name)` has \(items.count) items, \(most) are allowed"
      fail(place, RunError(kind: .inputRejected, message: message, step: node.name))
      return
    }
    guard let position = token(place, currentFrame) else { return }
    state.tokens[position].phase = .hosting
    state.joins.append(
      JoinState(owner: place, frame: currentFrame, items: items, parts: items.count)
    )
    agenda.append(.open(owner: place, frame: currentFrame))
  }

  /// A call starts its child flow with the input that it passes.
  ///
  /// A detached one (no instances) is a run of its own, and the place goes on at once.
  mutating func startCall(_ place: NodeIndex, _ node: PlaceNode) {
    if table.frames[Int(node.template)].maxInstances == 0 {
      startDetached(place, node)
      return
    }
    let input: Value
    switch render(node.input) {
    case .success(let fields): input = .map(fields)
    case .failure(let error) where node.isChart:
      // The child is not started; the state itself goes on (SCXML 6.4).
      raiseError(error.message)
      rest(place)
      return
    case .failure(let error):
      fail(place, RunError(kind: .guardError, message: error.message, step: node.name))
      return
    }
    guard let position = token(place, currentFrame) else { return }
    note(place, .passed(input))
    state.tokens[position].phase = .hosting
    let parent = currentFrame
    guard let template = makeFrame(of: place, position: 0) else { return }
    if context.input != noIndex, table.slots[Int(context.input)].scope == template.scope {
      let schema = table.slots[Int(context.input)].schema
      let input = linked.normalized(input, schema: schema)
      state.memory.set(Int(context.input), input)
      if schema != noIndex, let first = linked.violations(of: input, schema: schema).first {
        activate(parent)
        dropFrames(of: place, parent)
        let message = "the input of `\(node.name)`: \(first.description)"
        fail(place, RunError(kind: .inputRejected, message: message, step: node.name))
        return
      }
    }
    if context.state != noIndex, table.slots[Int(context.state)].scope == template.scope {
      state.memory.set(Int(context.state), linked.initialState(of: node.template))
    }
    enter([template.nodes.lowerBound], within: place)
  }

  /// Asks for a run of its own; the answer names it.
  private mutating func startDetached(_ place: NodeIndex, _ node: PlaceNode) {
    let input: Value
    switch render(node.input) {
    case .success(let fields): input = .map(fields)
    case .failure(let error):
      fail(place, RunError(kind: .guardError, message: error.message, step: node.name))
      return
    }
    note(place, .passed(input))
    guard let child = linked.children[node.template] else {
      succeed(place, answer: .map([:]))
      return
    }
    let completed = RunInput.completed(input, for: child)
    if let first = RunInput.violations(of: completed, for: child).first {
      let message = "the input of `\(node.name)`: \(first.description)"
      fail(place, RunError(kind: .inputRejected, message: message, step: node.name))
      return
    }
    let intent = ChildIntent(
      id: nextEffect(),
      place: place,
      frame: currentFrame,
      source: .template(node.template),
      input: input,
      isAwaited: false
    )
    output.effects.append(.startChild(intent))
    succeed(place, answer: .map(["run": .string(intent.runID(parent: state.runID))]))
  }

  /// The current frame has ended: its place goes on with the result.
  mutating func endFrame(_ ending: Ending) {
    guard let position = frame(currentFrame) else { return }
    let instance = state.frames[position]
    let template = table.frames[Int(instance.template)]
    var ending = ending
    if case .success(let answer) = ending {
      var result = answer ?? read(context.output)
      if !template.result.isEmpty {
        switch render(template.result) {
        case .success(let fields): result = .map(fields)
        case .failure(let error):
          let name = table.nodes[Int(instance.owner)].name
          ending = .failure(RunError(kind: .guardError, message: error.message, step: name))
          result = nil
        }
      }
      if case .success = ending { ending = .success(result) }
    }
    drop(instance.id)
    activate(instance.parent)
    let owner = instance.owner
    guard table.nodes[Int(owner)].kind == .fork else {
      if table.nodes[Int(owner)].isChart { raiseInvokeDone(owner, ending) }
      conclude(owner, ending)
      return
    }
    let policy = table.joins[Int(table.nodes[Int(owner)].join)]
    var result: Value?
    switch ending {
    case .success(let value): result = value
    case .failure(let error):
      state.steps[Int(owner)].failedItems.countUp()
      exposeStep(owner)
      if policy.itemError == .collects { result = Self.record(of: error) }
    case .skipped: break
    }
    count(Int(instance.position), of: owner, ending, result)
  }

  /// Ends the instances that a place runs, and what is under way in them.
  mutating func dropFrames(of owner: NodeIndex, _ frame: Int32) {
    let ids = state.frames.filter { $0.owner == owner && $0.parent == frame }.map(\.id)
    for id in ids { drop(id) }
  }

  /// Ends one frame and the frames inside it; the frame around it becomes the current one.
  private mutating func drop(_ id: Int32) {
    guard let position = frame(id) else { return }
    let parent = state.frames[position].parent
    activate(id)
    let range = root(of: id)..<table.nodes[Int(root(of: id))].subtreeEnd
    exit(range, id)
    activate(parent)
    let inner = state.frames.filter { $0.parent == id }.map(\.id)
    for child in inner { drop(child) }
    activate(parent)
    cancelTimers { $0.frame == id }
    state.tokens.removeAll { $0.frame == id }
    state.joins.removeAll { $0.frame == id }
    if let position = frame(id) { state.frames.remove(at: position) }
  }

  // MARK: Sessions

  /// The frames that get a session's events: its own, and those of maps inside it.
  func frames(ofSession session: Int32) -> [Int32] {
    guard !state.frames.isEmpty else { return session == 0 ? [0] : [] }
    let all = [0] + state.frames.map(\.id)
    return all.filter { self.session(of: $0) == session }
  }

  /// The session of a frame: the nearest around it that runs a child flow; 0: the run's.
  func session(of frame: Int32) -> Int32 {
    var next = frame
    while next != 0, let position = self.frame(next) {
      if table.nodes[Int(state.frames[position].owner)].kind == .call { return next }
      next = state.frames[position].parent
    }
    return 0
  }

  private mutating func raiseInvokeDone(_ owner: NodeIndex, _ ending: Ending) {
    guard case .success(let data) = ending else { return }
    let name = table.nodes[Int(owner)].name
    externalEvents.append(
      QueuedEvent(
        name: "done.invoke.\(name)",
        data: data ?? .null,
        type: "external",
        invokeID: name,
        session: session(of: currentFrame)
      )
    )
  }
}
