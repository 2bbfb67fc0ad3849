import Signalbox

@testable import Conformance

/// One node of BehaviorTree.CPP, ticked as that engine does it: a literal reading, kept apart from
/// the compiler so that the two can be compared.
final class LiteralTick {
  enum Status: UInt8 {
    case idle = 0x49
    case running = 0x52
    case success = 0x53
    case failure = 0x46
    case skipped = 0x4B

    var isEnded: Bool { self == .success || self == .failure }
  }

  let kind: String
  let id: String
  let value: Value
  let scope: String
  let world: LiteralWorld
  let children: [LiteralTick]
  private(set) var status = Status.idle
  private var position = 0
  private var skippedCount = 0
  private var count = 0
  private var completed: [Int: Status] = [:]
  private var memory: Status?
  private var isInside = false
  private var due: Int64?

  init(_ value: Value, scope: String = "", _ world: LiteralWorld) {
    self.value = value
    self.scope = scope
    self.world = world
    kind = value["kind"]?.text ?? ""
    id = value["id"]?.text ?? ""
    var inner = scope
    if kind == "subtree", value["share"] != .bool(true) { inner = "\(scope)\(id)_" }
    children = (value["children"]?.elements ?? []).map {
      LiteralTick($0, scope: inner, world)
    }
  }

  private func number(_ key: String) -> Int {
    if case .int(let number)? = value[key] { Int(number) } else { key == "success_count" ? -1 : 1 }
  }

  // MARK: The frame of every node

  /// Ticks the node: guards, its own work, writes.
  func execute() -> Status {
    let result = guarded() ?? tick()
    if result.isEnded {
      write(result == .success ? "on_success" : "on_failure")
      write("post")
    }
    if result != .skipped { status = result }
    return result
  }

  private func holds(_ key: String) -> Bool? {
    value[key]?.text.map { world.truth($0, scope) }
  }

  private func guarded() -> Status? {
    if status == .idle {
      if holds("failure_if") == true { return .failure }
      if holds("success_if") == true { return .success }
      if holds("skip_if") == true { return .skipped }
      if holds("while") == false { return .skipped }
    } else if status == .running, holds("while") == false {
      haltNode()
      return .skipped
    }
    return nil
  }

  private func write(_ key: String) {
    guard case .map(let entries)? = value[key] else { return }
    for entry in entries.entries {
      if case .string(let name) = entry.key { world.blackboard[scope + name] = entry.value }
    }
  }

  /// Halts the node, whatever it is doing.
  func haltNode() {
    halt()
    write("on_halted")
  }

  /// The node and all below it, as when a whole tree is halted.
  func visit(_ body: (LiteralTick) -> Void) {
    body(self)
    for child in children { child.visit(body) }
  }

  func resetStatus() { status = .idle }

  private func halt() {
    switch kind {
    case "action":
      if status == .running { world.events.append("!\(id)") }
      status = .idle
      return
    case "condition", "expression", "assign":
      status = .idle
      return
    case "sequence", "fallback", "async_sequence", "async_fallback":
      position = 0
      skippedCount = 0
    case "if_then_else": position = 0
    case "switch": position = -1
    case "retry", "repeat": count = 0
    case "parallel", "parallel_all": completed = [:]
    case "timeout", "delay": due = nil
    case "try_catch":
      if value["catch_on_halt"] == .bool(true), !isInside, status == .running {
        for child in children.dropLast() { reset(child) }
        if let last = children.last, last.execute() == .running { reset(last) }
      }
      position = 0
      skippedCount = 0
      isInside = false
    default: break
    }
    resetChildren()
    status = .idle
  }

  private func reset(_ child: LiteralTick) {
    if child.status == .running { child.haltNode() }
    child.resetStatus()
  }

  private func resetChildren() {
    for child in children { reset(child) }
  }

  // MARK: Kinds

  private func tick() -> Status {
    switch kind {
    case "action":
      if status.isEnded { return status }
      return Status(rawValue: world.execute(id, script)) ?? .failure
    case "condition": return Status(rawValue: world.execute(id, script)) ?? .failure
    case "expression":
      return world.truth(value["when"]?.text ?? "", scope) ? .success : .failure
    case "assign":
      world.blackboard[scope + (value["key"]?.text ?? "")] = value["value"]
      return .success
    case "sequence", "async_sequence", "sequence_keep": return ordered(going: .success)
    case "fallback", "async_fallback": return ordered(going: .failure)
    case "reactive_sequence": return reactive(going: .success)
    case "reactive_fallback": return reactive(going: .failure)
    case "parallel": return parallel()
    case "parallel_all": return parallelAll()
    case "if_then_else": return ifThenElse()
    case "while_do_else": return whileDoElse()
    case "switch": return choose()
    case "try_catch": return tryCatch()
    case "retry": return loop(number("attempts"), again: .failure)
    case "repeat": return loop(number("cycles"), again: .success)
    case "timeout": return timeout()
    case "delay": return delay()
    default: return decorate()
    }
  }

  private var script: [UInt8] { Array((value["script"]?.text ?? "F").utf8) }

  private func ordered(going: Status) -> Status {
    let keeps = kind == "sequence_keep"
    let isAsync = kind == "async_sequence" || kind == "async_fallback" || keeps
    if status == .idle { skippedCount = 0 }
    status = .running
    while position < children.count {
      let before = children[position].status
      let result = children[position].execute()
      switch result {
      case .running: return .running
      case .skipped:
        position += 1
        skippedCount += 1
      case going:
        position += 1
        if isAsync, world.wakesUp, before == .idle, position < children.count {
          world.isWoken = true
          return .running
        }
      default:
        if keeps {
          for child in children[position...] { reset(child) }
        } else {
          resetChildren()
          position = 0
        }
        return result
      }
    }
    let isSkipped = skippedCount == children.count
    resetChildren()
    position = 0
    skippedCount = 0
    return isSkipped ? .skipped : going
  }

  private func reactive(going: Status) -> Status {
    var isSkipped = true
    status = .running
    for (index, child) in children.enumerated() {
      let result = child.execute()
      if result != .skipped { isSkipped = false }
      switch result {
      case .running:
        for (other, child) in children.enumerated() where other != index { reset(child) }
        return .running
      case .skipped: reset(child)
      case going: continue
      default:
        resetChildren()
        return result
      }
    }
    resetChildren()
    return isSkipped ? .skipped : going
  }

  private func fromEnd(_ number: Int) -> Int {
    number < 0 ? max(children.count + number + 1, 0) : number
  }

  private func parallel() -> Status {
    let wanted = fromEnd(number("success_count"))
    status = .running
    var skipped = 0
    for (index, child) in children.enumerated() {
      if completed[index] == nil {
        let result = child.execute()
        if result == .skipped { skipped += 1 }
        if result.isEnded { completed[index] = result }
      }
      let successes = completed.values.count { $0 == .success }
      let failures = completed.count - successes
      if successes >= wanted || number("success_count") < 0 && successes + skipped >= wanted {
        completed = [:]
        resetChildren()
        return .success
      }
      if children.count - failures < wanted || failures == fromEnd(number("failure_count")) {
        completed = [:]
        resetChildren()
        return .failure
      }
    }
    return skipped == children.count ? .skipped : .running
  }

  private func parallelAll() -> Status {
    status = .running
    var skipped = 0
    for (index, child) in children.enumerated() where completed[index] == nil {
      let result = child.execute()
      if result == .skipped { skipped += 1 }
      if result.isEnded { completed[index] = result }
    }
    if skipped == children.count { return .skipped }
    guard skipped + completed.count >= children.count else { return .running }
    let failures = completed.values.count { $0 == .failure }
    resetChildren()
    completed = [:]
    return failures >= fromEnd(number("max_failures")) ? .failure : .success
  }

  private func ifThenElse() -> Status {
    status = .running
    if position == 0 {
      switch children[0].execute() {
      case .success: position = 1
      case .failure where children.count == 3: position = 2
      case let result: return result
      }
    }
    let result = children[position].execute()
    if result == .running { return .running }
    resetChildren()
    position = 0
    return result
  }

  private func whileDoElse() -> Status {
    status = .running
    var result = Status.failure
    switch children[0].execute() {
    case .running: return .running
    case .success:
      if children.count == 3 { reset(children[2]) }
      result = children[1].execute()
    default:
      if children.count == 3 {
        reset(children[1])
        result = children[2].execute()
      }
    }
    if result != .running { resetChildren() }
    return result
  }

  private func choose() -> Status {
    if !isInside { position = -1 }
    isInside = true
    let key = scope + (value["variable"]?.text ?? "")
    let text = world.blackboard[key].flatMap(\.text) ?? ""
    let cases = (value["cases"]?.elements ?? []).compactMap(\.text)
    let chosen = cases.firstIndex(of: text) ?? cases.count
    if position != -1, position != chosen { reset(children[position]) }
    let result = children[chosen].execute()
    switch result {
    case .skipped: position = -1
    case .running: position = chosen
    default:
      resetChildren()
      position = -1
    }
    return result
  }

  private func tryCatch() -> Status {
    if status == .idle {
      skippedCount = 0
      isInside = false
    }
    status = .running
    if isInside {
      guard let last = children.last, last.execute() != .running else { return .running }
      resetChildren()
      position = 0
      isInside = false
      return .failure
    }
    while position < children.count - 1 {
      switch children[position].execute() {
      case .running: return .running
      case .failure:
        resetChildren()
        position = 0
        isInside = true
        return tryCatch()
      case .success: position += 1
      default:
        position += 1
        skippedCount += 1
      }
    }
    let isSkipped = skippedCount == children.count - 1
    resetChildren()
    position = 0
    skippedCount = 0
    return isSkipped ? .skipped : .success
  }

  private func loop(_ limit: Int, again: Status) -> Status {
    status = .running
    var goesOn = count < limit || limit == -1
    while goesOn {
      let before = children[0].status
      let result = children[0].execute()
      switch result {
      case .running: return .running
      case .skipped:
        reset(children[0])
        return .skipped
      case again:
        count += 1
        goesOn = count < limit || limit == -1
        reset(children[0])
        if world.wakesUp, before == .idle, goesOn {
          world.isWoken = true
          return .running
        }
      default:
        count = 0
        reset(children[0])
        return result
      }
    }
    count = 0
    return again
  }

  private func timeout() -> Status {
    if due == nil {
      due = world.now + Int64(number("ms"))
      status = .running
    }
    if let due, due <= world.now, children[0].status == .running {
      self.due = nil
      reset(children[0])
      return .failure
    }
    let result = children[0].execute()
    if result.isEnded {
      due = nil
      reset(children[0])
    }
    return result
  }

  private func delay() -> Status {
    if due == nil {
      due = world.now + Int64(number("ms"))
      status = .running
    }
    guard let due, due <= world.now else { return .running }
    let result = children[0].execute()
    if result != .running {
      self.due = nil
      reset(children[0])
    }
    return result
  }

  private func decorate() -> Status {
    let child = children[0]
    switch kind {
    case "run_once":
      if let memory { return value["then_skip"] == .bool(false) ? memory : .skipped }
      status = .running
      let result = child.execute()
      if result.isEnded {
        memory = result
        reset(child)
      }
      return result
    case "precondition":
      if !isInside { isInside = world.truth(value["when"]?.text ?? "", scope) }
      guard isInside else {
        return value["otherwise"]?.text?.utf8.first.flatMap { Status(rawValue: $0) } ?? .failure
      }
      let result = child.execute()
      if result.isEnded {
        reset(child)
        isInside = false
      }
      return result
    default: break
    }
    status = .running
    let result = child.execute()
    if kind == "keep_running_until_failure" {
      if result.isEnded { reset(child) }
      return result == .failure ? .failure : .running
    }
    guard result.isEnded else { return result }
    reset(child)
    switch kind {
    case "inverter": return result == .success ? .failure : .success
    case "force_success": return .success
    case "force_failure": return .failure
    default: return result
    }
  }
}

/// A whole tree of BehaviorTree.CPP, step by step.
struct LiteralTickRun {
  let world = LiteralWorld()
  let root: LiteralTick
  private let mode: String?

  init(_ tree: Value, blackboard: Value?, mode: String? = nil) {
    if case .map(let entries)? = blackboard {
      for entry in entries.entries {
        if case .string(let name) = entry.key { world.blackboard[name] = entry.value }
      }
    }
    root = LiteralTick(tree, world)
    self.mode = mode
    world.wakesUp = mode != nil
  }

  /// One input; the root's letter and the events.
  func step(_ input: Value) -> (root: String, events: [String]) {
    world.events = []
    if case .map(let writes)? = input["set"] {
      for entry in writes.entries {
        if case .string(let name) = entry.key { world.blackboard[name] = entry.value }
      }
    }
    if case .int(let wait)? = input["wait_ms"] { world.now += wait }
    if input["halt"] == .bool(true) {
      root.haltNode()
      root.visit { $0.haltNode() }
      root.resetStatus()
      return ("I", world.events)
    }
    world.isWoken = false
    var status = root.execute()
    while mode == "settle", status == .running, world.isWoken {
      world.isWoken = false
      status = root.execute()
    }
    if status.isEnded { root.resetStatus() }
    return (String(decoding: [status.rawValue], as: UTF8.self), world.events)
  }
}
