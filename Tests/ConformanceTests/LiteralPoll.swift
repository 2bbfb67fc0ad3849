import Signalbox

@testable import Conformance

/// One node of py_trees, ticked as that engine does it: a literal reading, kept apart from the
/// compiler so that the two can be compared.
final class LiteralPoll {
  enum Status: UInt8 {
    case invalid = 0x49
    case running = 0x52
    case success = 0x53
    case failure = 0x46
  }

  let kind: String
  let id: String
  let value: Value
  let world: LiteralWorld
  let children: [LiteralPoll]
  private(set) var status = Status.invalid
  private var current = 0
  private var count = 0
  private var final: Status?
  private var due: Int64 = 0

  init(_ value: Value, _ world: LiteralWorld) {
    self.value = value
    self.world = world
    kind = value["kind"]?.text ?? ""
    id = value["id"]?.text ?? ""
    children = (value["children"]?.elements ?? []).map { LiteralPoll($0, world) }
  }

  func tick() {
    switch kind {
    case "sequence": tickSequence()
    case "selector": tickSelector()
    case "parallel": tickParallel()
    case "action":
      let script = Array((value["script"]?.text ?? "F").utf8)
      let result = Status(rawValue: world.execute(id, script)) ?? .failure
      if result != .running { stop(result) }
      status = result
    default: tickDecorator()
    }
  }

  /// Ends the node, or with `.invalid` breaks it off.
  func stop(_ new: Status) {
    switch kind {
    case "action":
      if new == .invalid, status == .running { world.events.append("!\(id)") }
    case "sequence", "selector", "parallel":
      if kind == "parallel" {
        for child in children where child.status == .running { child.stop(.invalid) }
      }
      if new == .invalid {
        current = 0
        for child in children where child.status != .invalid { child.stop(.invalid) }
      }
    default:
      if kind == "one_shot", final == nil,
        new == .success || new == .failure && value["policy"]?.text == "completion"
      {
        final = new
      }
      if new == .invalid { children[0].stop(.invalid) }
      if children[0].status == .running { children[0].stop(.invalid) }
    }
    status = new
  }

  private var remembers: Bool { value["memory"] == .bool(true) }

  private func tickSequence() {
    var index = 0
    if status != .running {
      current = 0
      for child in children where child.status != .invalid { child.stop(.invalid) }
    } else if remembers {
      index = current
    } else {
      current = 0
    }
    for position in index..<children.count {
      let child = children[position]
      child.tick()
      if child.status != .success {
        status = child.status
        if !remembers {
          for child in children[(position + 1)...] where child.status != .invalid {
            child.stop(.invalid)
          }
        }
        return
      }
      if position + 1 < children.count { current = position + 1 }
    }
    stop(.success)
  }

  private func tickSelector() {
    if status != .running { current = 0 }
    let index = remembers ? current : 0
    if remembers { for child in children[..<index] { child.stop(.invalid) } }
    let previous = current
    for position in index..<children.count {
      let child = children[position]
      child.tick()
      guard child.status == .running || child.status == .success else { continue }
      current = position
      status = child.status
      if previous != current {
        for child in children[(position + 1)...] where child.status != .invalid {
          child.stop(.invalid)
        }
      }
      return
    }
    status = .failure
    current = children.count - 1
  }

  private func tickParallel() {
    if status != .running {
      for child in children where child.status != .invalid { child.stop(.invalid) }
    }
    let isSynchronised = value["synchronise"] == .bool(true)
    for child in children where !(isSynchronised && child.status == .success) { child.tick() }
    var result = Status.running
    if children.contains(where: { $0.status == .failure }) {
      result = .failure
    } else {
      let isReached: Bool
      switch value["policy"]?.text {
      case "one": isReached = children.contains { $0.status == .success }
      case "selected":
        isReached = (value["selected"]?.elements ?? []).allSatisfy { element in
          guard case .int(let position) = element else { return false }
          return children[Int(position)].status == .success
        }
      default: isReached = children.allSatisfy { $0.status == .success }
      }
      if isReached { result = .success }
    }
    if result != .running { stop(result) }
    status = result
  }

  private func tickDecorator() {
    let child = children[0]
    if kind == "eternal_guard" {
      let literal = value["when_value"].map { JSONWriter.string($0) } ?? "null"
      let text = "\(value["when_key"]?.text ?? "") \(value["when_op"]?.text ?? "") \(literal)"
      guard world.truth(text, "") else {
        stop(.failure)
        return
      }
    }
    if kind == "one_shot", let final {
      stop(final)
      return
    }
    if status != .running {
      count = 0
      due = world.now + number("ms")
    }
    child.tick()
    let result = update(child.status)
    if result != .running { stop(result) }
    status = result
  }

  private func number(_ key: String) -> Int64 {
    if case .int(let number)? = value[key] { number } else { 0 }
  }

  private func update(_ child: Status) -> Status {
    func letter(_ key: String) -> Status? {
      value[key]?.text?.utf8.first.flatMap { Status(rawValue: $0) }
    }
    switch kind {
    case "inverter": return child == .success ? .failure : child == .failure ? .success : child
    case "repeat":
      if child == .failure { return .failure }
      if child == .success { count += 1 }
      return child == .success && count == number("successes") ? .success : .running
    case "retry":
      if child == .success { return .success }
      if child == .failure { count += 1 }
      return child == .failure && count == number("failures") ? .failure : .running
    case "map_status": return child == letter("from") ? letter("to") ?? child : child
    case "wait_for": return child == letter("status") ? .success : .running
    case "timeout": return child == .running && world.now > due ? .failure : child
    default: return child
    }
  }
}

/// A whole tree of py_trees, step by step.
struct LiteralPollRun {
  let world = LiteralWorld()
  let root: LiteralPoll

  init(_ tree: Value, blackboard: Value?) {
    if case .map(let entries)? = blackboard {
      for entry in entries.entries {
        if case .string(let name) = entry.key { world.blackboard[name] = entry.value }
      }
    }
    root = LiteralPoll(tree, world)
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
      root.stop(.invalid)
    } else {
      root.tick()
    }
    return (String(decoding: [root.status.rawValue], as: UTF8.self), world.events)
  }
}
