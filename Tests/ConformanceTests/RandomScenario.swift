import Signalbox
import SignalboxTesting

@testable import Conformance

/// Random trees of the suite's format, with scripts and inputs, as its own random files have them.
struct RandomScenario {
  /// What the trees are made of.
  enum Family: String, CaseIterable {
    case core
    case full
    case guarded
    case halting
    case guardedHalting
    case pollingCore
    case pollingFull
    case pollingHalting

    var isPolling: Bool {
      self == .pollingCore || self == .pollingFull || self == .pollingHalting
    }
    var isCore: Bool { self == .core || self == .pollingCore }
    var isGuarded: Bool { self == .guarded || self == .guardedHalting }
    var isHalting: Bool {
      self == .halting || self == .guardedHalting || self == .pollingHalting
    }
  }

  private let family: Family
  private var random: RandomSource
  private var leaves = 0
  private var nodes = 0

  init(_ family: Family, random: RandomSource) {
    self.family = family
    self.random = random
  }

  /// A scenario without what is expected.
  mutating func scenario(depth: Int) -> Value {
    let tree = composite(depth)
    var inputs: [Value] = []
    for _ in 0..<10 {
      var input = ValueMap()
      if family.isGuarded || family.isPolling, random.chance(40) {
        input["set"] = .map(write())
      }
      if family.isHalting, random.chance(20) { input["halt"] = .bool(true) }
      inputs.append(.map(input))
    }
    return .map([
      "name": .string(family.rawValue), "tree": tree,
      "blackboard": .map(["x": .int(0), "y": .int(0), "flag": .bool(false), "mode": .string("a")]),
      "inputs": .list(inputs),
    ])
  }

  private static func maySkip(_ value: Value) -> Bool {
    value["skip_if"] != nil || value["while"] != nil
      || value["kind"]?.text == "run_once" && value["then_skip"] != .bool(false)
      || value["otherwise"]?.text == "K"
      || (value["children"]?.elements ?? []).contains(where: maySkip)
  }

  /// Trees that are a little smaller: a node gone, or one of its children in its place.
  static func smaller(_ tree: Value) -> [Value] {
    guard case .map(let fields) = tree, let children = tree["children"]?.elements else { return [] }
    var found = children
    let fixed = ["switch", "if_then_else", "while_do_else", "try_catch"].contains(
      tree["kind"]?.text ?? ""
    )
    for (index, child) in children.enumerated() {
      func with(_ replacement: [Value]) {
        var fields = fields
        var children = children
        children.replaceSubrange(index...index, with: replacement)
        fields["children"] = .list(children)
        found.append(.map(fields))
      }
      if children.count > 1, !fixed { with([]) }
      for smaller in smaller(child) { with([smaller]) }
    }
    for key in [
      "failure_if", "success_if", "skip_if", "while", "on_success", "on_failure", "post",
      "on_halted", "catch_on_halt",
    ] where fields[key] != nil {
      var fields = fields
      fields[key] = nil
      found.append(.map(fields))
    }
    return found
  }

  // MARK: Data

  private mutating func write() -> ValueMap {
    switch random.below(4) {
    case 0: ["x": .int(Int64(random.below(4)))]
    case 1: ["y": .int(Int64(random.below(4)))]
    case 2: ["flag": .bool(random.chance(50))]
    default: ["mode": .string(random.one(of: ["a", "b", "c"]))]
    }
  }

  private mutating func condition() -> Value {
    let number = random.below(4)
    let text: String =
      switch random.below(6) {
      case 0: "x > \(number)"
      case 1: "y <= \(number)"
      case 2: "flag"
      case 3: "mode == '\(random.one(of: ["a", "b", "c"]))'"
      case 4: "x < \(number) && y >= \(random.below(3))"
      default: random.chance(50) ? "x == y" : "flag || x != \(number)"
      }
    return .string(text)
  }

  private mutating func script(_ letters: String) -> Value {
    let letters = Array(letters)
    return .string(String((0..<16).map { _ in random.one(of: letters) }))
  }

  private mutating func node(
    _ kind: String,
    _ fields: ValueMap = [:],
    _ children: [Value] = []
  )
    -> Value
  {
    nodes += 1
    var map: ValueMap = ["kind": .string(kind), "id": .string("n\(nodes)")]
    for entry in fields.entries {
      if case .string(let name) = entry.key { map[name] = entry.value }
    }
    if !children.isEmpty { map["children"] = .list(children) }
    return .map(map)
  }

  /// Guards and writes, now and then.
  private mutating func decorated(_ value: Value, isLeaf: Bool, canSkip: Bool) -> Value {
    guard family.isGuarded, case .map(var map) = value else { return value }
    // A composite whose children were all skipped shows running until it is reset: not copied.
    if (value["children"]?.elements ?? []).contains(where: Self.maySkip) {
      map["catch_on_halt"] = nil
      return .map(map)
    }
    let often = isLeaf ? 12 : 4
    for key in ["failure_if", "success_if"] where random.chance(often) { map[key] = condition() }
    if canSkip {
      for key in ["skip_if", "while"] where random.chance(often) { map[key] = condition() }
    }
    guard isLeaf else { return .map(map) }
    for key in ["on_success", "on_failure", "post", "on_halted"] where random.chance(8) {
      map[key] = .map(write())
    }
    return .map(map)
  }

  // MARK: Nodes

  private mutating func leaf(canSkip: Bool, asks: Bool = false) -> Value {
    if family.isPolling {
      leaves += 1
      let script = script("SSFFRR")
      return .map(["kind": .string("action"), "id": .string("L\(leaves)"), "script": script])
    }
    let isGuarded = family.isGuarded
    switch random.below(10) {
    case 0 where isGuarded:
      let key = random.one(of: ["x", "y"])
      return node("assign", ["key": .string(key), "value": .int(Int64(random.below(4)))])
    case 1 where isGuarded, 2 where isGuarded: return node("expression", ["when": condition()])
    default:
      leaves += 1
      let isCondition = asks || random.chance(25)
      let leaf = Value.map([
        "kind": .string(isCondition ? "condition" : "action"), "id": .string("L\(leaves)"),
        "script": script(isCondition ? "SF" : "SSFFRR"),
      ])
      return decorated(leaf, isLeaf: true, canSkip: canSkip)
    }
  }

  private mutating func child(_ depth: Int, canSkip: Bool) -> Value {
    guard depth > 0, !random.chance(35) else { return leaf(canSkip: canSkip) }
    return composite(depth, canSkip: canSkip)
  }

  private mutating func some(
    _ range: ClosedRange<Int>,
    _ depth: Int,
    canSkip: Bool = true
  ) -> [Value] {
    (0..<range.lowerBound + random.below(range.count)).map { _ in
      child(depth - 1, canSkip: canSkip)
    }
  }

  private mutating func composite(_ depth: Int, canSkip: Bool = true) -> Value {
    guard depth > 0 else { return leaf(canSkip: canSkip) }
    if family.isPolling { return polling(depth) }
    let value = ticked(depth, canSkip)
    return decorated(value, isLeaf: false, canSkip: canSkip)
  }

  private mutating func ticked(_ depth: Int, _ canSkip: Bool) -> Value {
    let core = [
      "sequence", "sequence_keep", "reactive_sequence", "fallback", "reactive_fallback",
      "inverter", "force_success", "force_failure",
    ]
    var kinds = core
    if !family.isCore {
      kinds += [
        "parallel", "parallel", "parallel_all", "if_then_else", "while_do_else", "try_catch",
        "retry", "repeat", "subtree", "keep_running_until_failure", "run_once",
      ]
    }
    if family.isGuarded { kinds += ["precondition", "switch"] }
    // A node that is asked first must not be skipped: the engine raises an error.
    if !canSkip { kinds.removeAll { ["run_once", "precondition"].contains($0) } }
    let kind = random.one(of: kinds)
    switch kind {
    case "parallel":
      let children = some(2...4, depth, canSkip: canSkip)
      func threshold(_ random: inout RandomSource) -> Value {
        .int(Int64(random.chance(40) ? -1 : 1 + random.below(children.count)))
      }
      return node(
        kind,
        ["success_count": threshold(&random), "failure_count": threshold(&random)],
        children
      )
    case "parallel_all":
      let children = some(2...4, depth, canSkip: canSkip)
      return node(kind, ["max_failures": .int(Int64(1 + random.below(children.count)))], children)
    case "if_then_else", "while_do_else":
      let question =
        random.chance(60)
        ? leaf(canSkip: false, asks: random.chance(50)) : child(depth - 1, canSkip: false)
      return node(kind, [:], [question] + some(1...2, depth, canSkip: canSkip))
    case "try_catch":
      let fields: ValueMap = random.chance(50) ? ["catch_on_halt": .bool(true)] : [:]
      return node(kind, fields, some(2...3, depth, canSkip: canSkip))
    // A loop whose child was skipped keeps its count until it is reset: not copied either.
    case "retry": return node(kind, ["attempts": count()], some(1...1, depth, canSkip: false))
    case "repeat": return node(kind, ["cycles": count()], some(1...1, depth, canSkip: false))
    case "subtree":
      // What reads an entry that is not there makes the engine raise an error.
      let shares = family.isGuarded || random.chance(50)
      return node(kind, shares ? ["share": .bool(true)] : [:], some(1...1, depth, canSkip: canSkip))
    case "run_once":
      return node(kind, ["then_skip": .bool(random.chance(50))], some(1...1, depth))
    case "precondition":
      let otherwise = Value.string(random.one(of: ["S", "F", "K"]))
      return node(
        kind,
        ["when": condition(), "otherwise": otherwise],
        some(1...1, depth)
      )
    case "switch":
      let cases = Array(["a", "b", "c"].shuffled(using: &random).prefix(2 + random.below(2)))
      let count = cases.count + 1
      return node(
        kind,
        ["variable": .string("mode"), "cases": .list(cases.map { .string($0) })],
        some(count...count, depth, canSkip: canSkip)
      )
    case "inverter", "force_success", "force_failure", "keep_running_until_failure":
      return node(kind, [:], some(1...1, depth, canSkip: canSkip))
    default: return node(kind, [:], some(2...4, depth, canSkip: canSkip))
    }
  }

  private mutating func count() -> Value { .int(Int64(1 + random.below(3))) }

  private mutating func polling(_ depth: Int) -> Value {
    var kinds = ["sequence", "selector", "sequence", "selector", "inverter"]
    if !family.isCore {
      kinds += [
        "parallel", "parallel", "repeat", "retry", "map_status", "one_shot", "eternal_guard",
        "wait_for", "pass_through",
      ]
    }
    let kind = random.one(of: kinds)
    switch kind {
    case "sequence", "selector":
      return node(kind, ["memory": .bool(random.chance(50))], some(2...4, depth))
    case "parallel":
      let children = some(2...4, depth)
      var fields: ValueMap = ["synchronise": .bool(random.chance(50))]
      fields["policy"] = .string(random.one(of: ["all", "one", "selected"]))
      if fields["policy"] == .string("selected") {
        let count = 1 + random.below(children.count)
        let chosen = Array(0..<children.count).shuffled(using: &random).prefix(count).sorted()
        fields["selected"] = .list(chosen.map { .int(Int64($0)) })
        // Selected children are only taken together with `synchronise`.
        fields["synchronise"] = .bool(true)
      }
      return node(kind, fields, children)
    case "repeat": return node(kind, ["successes": count()], some(1...1, depth))
    case "retry": return node(kind, ["failures": count()], some(1...1, depth))
    case "map_status":
      let pair = Array(["S", "F", "R"].shuffled(using: &random).prefix(2))
      return node(kind, ["from": .string(pair[0]), "to": .string(pair[1])], some(1...1, depth))
    case "one_shot":
      let policy = Value.string(random.one(of: ["completion", "success"]))
      return node(kind, ["policy": policy], some(1...1, depth))
    case "eternal_guard":
      return node(
        kind,
        [
          "when_key": .string("x"), "when_op": .string(random.one(of: ["==", ">", "<"])),
          "when_value": .int(Int64(random.below(3))),
        ],
        some(1...1, depth)
      )
    case "wait_for":
      return node(kind, ["status": .string(random.one(of: ["S", "F"]))], some(1...1, depth))
    default: return node(kind, [:], some(1...1, depth))
    }
  }
}
