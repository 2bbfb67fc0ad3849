import Signalbox

/// A literal reading of the flow format for flows of `FlowGenerator`: texts and dictionaries, no
/// table, no programs; one token, and an own evaluator for the few expressions that occur.
struct NaiveRun {
  struct NoValue: Error {}

  /// A way out after a failure or cancellation.
  private struct Way {
    var kind: ErrorKind?
    var edge: Edge
  }

  let flow: Flow
  let machine: Machine
  /// Tools that write, and those of them that may be repeated.
  let writes: Set<String>
  let repeatable: Set<String>

  var place: String?
  var open: EffectID = 0
  var isTimer = false
  var attempt = 0
  var isInDoubt = false
  var nextEffect: EffectID = 1
  var flowTimer: EffectID = 0
  var isOverdue = false
  var now: Int64 = 0
  var entered = 0
  var visits: [String: Int] = [:]
  var status: [String: String] = [:]
  var results: [String: Value] = [:]
  var fields: [String: Value] = [:]
  var errorKind: ErrorKind?
  var cancelReason: String?
  var spent: Int64 = 0
  var end: String?
  /// What was asked for, and what happened, by the latest event.
  var effects: [String] = []
  var trace: [String] = []
  private var next: String?

  init(_ flow: Flow, _ machine: Machine) {
    self.flow = flow
    self.machine = machine
    writes = Set(flow.tools.filter { $0.content.effect == .write }.map(\.name))
    repeatable = Set(flow.tools.filter { $0.content.isIdempotent }.map(\.name))
    for field in flow.state.fields { fields[field.name] = field.defaultValue?.value }
  }

  mutating func apply(_ event: RunEvent) {
    (effects, trace) = ([], [])
    guard end == nil else { return }
    now = max(now, event.atMilliseconds)
    switch event.kind {
    case .started: if entered == 0 { begin() }
    case .completed(let effect, let output, _, let cost):
      spent += cost
      if effect == open, effect != 0, !isTimer { completed(output) }
    case .failed(let effect, let kind, _, _, let cost):
      spent += cost
      if effect == open, effect != 0, !isTimer { attemptFailed(kind) }
    case .fired(let timer): fired(timer)
    case .cancelled(let reason): cancel(reason)
    case .external, .tick: break
    }
    while let name = next, end == nil {
      next = nil
      enter(name)
    }
    if end != nil {
      if open != 0 { effects.append("cancel \(open)") }
      if flowTimer != 0 { effects.append("cancel \(flowTimer)") }
      (open, flowTimer) = (0, 0)
    }
  }

  private mutating func begin() {
    if let timeout = flow.timeout {
      flowTimer = timer("flowTimeout", after: timeout.afterMilliseconds.value)
    }
    next = machine.initialState?.value
  }

  private mutating func timer(_ purpose: String, after milliseconds: Int64) -> EffectID {
    defer { nextEffect += 1 }
    effects.append("timer \(nextEffect) \(purpose) due \(now + milliseconds)")
    return nextEffect
  }

  private var step: Step? { machine.states.first { $0.name == place }?.content }

  private mutating func enter(_ name: String) {
    guard entered < flow.maxSteps?.value ?? 1_000 else {
      errorKind = .maxSteps
      return finishRun(.maxSteps)
    }
    entered += 1
    (place, open, attempt, isInDoubt, isTimer) = (name, 0, 0, false, false)
    if let final = machine.finalStates.first(where: { $0.name == name }) {
      trace += ["enter \(name) 1", "finish \(name) success"]
      return reach(name, isFailure: final.content.isFailure)
    }
    guard let step else { return }
    if let most = step.maxVisits?.value, visits[name, default: 0] >= most {
      return fail(.maxVisits)
    }
    visits[name, default: 0] += 1
    status[name] = "pending"
    trace.append("enter \(name) \(visits[name, default: 0])")
    do {
      if let when = step.when, try !truth(when.text) {
        finish("skipped")
        return follow(step)
      }
      switch step.work {
      case .wait(let milliseconds):
        open = timer("wait", after: milliseconds.value)
        isTimer = true
      case .check(let text):
        if try truth(text.text) { try succeed(step, .null) } else { fail(.check) }
      case .agent, .tool: call()
      case .none: try succeed(step, nil)
      }
    } catch { fail(.guardError) }
  }

  private mutating func reach(_ name: String, isFailure: Bool) {
    var result = results["output"] ?? .null
    var isBroken = false
    if !flow.result.isEmpty {
      if let made = try? render(flow.result) { result = made } else { isBroken = true }
    }
    if let cancelReason {
      end = "cancelled \(cancelReason)"
    } else if isBroken {
      end = isFailure ? "failure \(name) \(text(.null))" : "failure \(name) guard_error"
    } else {
      end = "\(isFailure ? "failure" : "success") \(name) \(text(result))"
    }
  }

  private mutating func finishRun(_ kind: ErrorKind) {
    end = cancelReason.map { "cancelled \($0)" } ?? "failed \(kind.name)"
  }

  private mutating func finish(_ outcome: String) {
    guard let place else { return }
    status[place] = outcome
    trace.append("finish \(place) \(outcome)")
  }

  // MARK: Calls

  private var performer: String {
    switch step?.work {
    case .agent(let name, _), .tool(let name, _): name.value
    default: ""
    }
  }

  private mutating func call() {
    guard let step, let place else { return }
    guard let input = try? render(step.input ?? []) else { return fail(.guardError) }
    attempt += 1
    (open, isTimer) = (nextEffect, false)
    nextEffect += 1
    let deadline = step.timeoutMilliseconds.map { now + $0.value } ?? -1
    effects.append(
      "call \(open) \(place) \(performer) attempt \(attempt) visit \(visits[place, default: 0])"
        + " until \(deadline) with \(text(input))"
    )
  }

  private mutating func completed(_ output: Value) {
    guard let step else { return }
    (open, isInDoubt) = (0, false)
    do { try succeed(step, output) } catch { fail(.guardError) }
  }

  private mutating func succeed(_ step: Step, _ answer: Value?) throws {
    guard let place else { return }
    let before = (results[place], results["output"])
    do {
      if let answer {
        (results[place], results["output"]) = (answer, answer)
        if let templates = step.result {
          let made = try render(templates)
          (results[place], results["output"]) = (made, made)
        }
      }
      if let require = step.require, try !truth(require.text) {
        (results[place], results["output"]) = before
        return fail(.require)
      }
    } catch {
      (results[place], results["output"]) = before
      throw error
    }
    try assign(step.assignments)
    finish("success")
    follow(step)
  }

  private mutating func follow(_ step: Step) {
    do {
      if let decision = step.decision {
        next = try truth(decision.condition.text) ? decision.onTrue.value : decision.onFalse.value
        return
      }
      for edge in step.onSuccess {
        if case .expression(let source) = edge.condition, try !truth(source.text) { continue }
        try assign(edge.assignments)
        next = edge.target.value
        return
      }
      fail(.guardError)
    } catch { fail(.guardError) }
  }

  private mutating func attemptFailed(_ kind: ErrorKind) {
    guard let step, let place else { return }
    open = 0
    if writes.contains(performer), kind == .timeout || kind == .unknown { isInDoubt = true }
    let isMendable = ![.unknown, .denied, .budget, .cancelled].contains(kind)
    if let retry = step.retry, isMendable, cancelReason == nil,
      !isInDoubt || repeatable.contains(performer),
      retry.kinds?.contains(where: { $0.value == kind.name }) ?? true,
      attempt < retry.maxAttempts.value
    {
      trace.append("retry \(place) \(attempt + 1) \(kind.name)")
      var pause = retry.backoffMilliseconds
      for _ in 1..<attempt {
        pause = pause * Int64((retry.factor * 1_000).rounded()) / 1_000
      }
      guard pause > 0 else { return call() }
      open = timer("backoff", after: pause)
      isTimer = true
      return
    }
    let hasTimeoutEdge = ways.contains { $0.kind == .timeout }
    fail(isInDoubt && !(kind == .timeout && hasTimeoutEdge) ? .unknown : kind)
  }

  // MARK: Failures

  /// Timeouts first, then the step's edges, then the flow's where those leave something open.
  private var ways: [Way] {
    guard let step else { return [] }
    var list = step.onTimeout.map { Way(kind: .timeout, edge: $0) }
    var edges = step.onError
    let isHandler = flow.onError.contains { $0.target.value == place }
    if !endsAlways(edges), !isHandler { edges += flow.onError }
    for edge in edges { list.append(Way(kind: kind(edge), edge: edge)) }
    return list
  }

  private func kind(_ edge: Edge) -> ErrorKind? {
    if case .kind(let name) = edge.condition { ErrorKind(name: name.value) } else { nil }
  }

  private func endsAlways(_ edges: [Edge]) -> Bool {
    if case .always? = edges.last?.condition { true } else { false }
  }

  private mutating func fail(_ kind: ErrorKind) {
    finish(isInDoubt || kind == .unknown ? "unknown" : "failure")
    errorKind = kind
    do {
      if try !take(ways, kind, tolerant: false) { finishRun(kind) }
    } catch {
      errorKind = .guardError
      let isTaken = (try? take(ways, .guardError, tolerant: true)) ?? false
      if !isTaken { finishRun(.guardError) }
    }
  }

  private mutating func take(_ ways: [Way], _ kind: ErrorKind, tolerant: Bool) throws -> Bool {
    for way in ways where way.kind == nil || way.kind == kind {
      do {
        if case .expression(let source) = way.edge.condition, try !truth(source.text) { continue }
        try assign(way.edge.assignments)
        (next, open) = (way.edge.target.value, 0)
        return true
      } catch {
        if !tolerant { throw error }
      }
    }
    return false
  }

  private mutating func fired(_ timer: EffectID) {
    if timer == flowTimer, timer != 0 { return flowTimedOut() }
    guard timer == open, timer != 0, isTimer, let step else { return }
    open = 0
    if case .wait = step.work {
      do { try succeed(step, .null) } catch { fail(.guardError) }
    } else {
      call()
    }
  }

  private mutating func flowTimedOut() {
    flowTimer = 0
    abandon()
    errorKind = .timeout
    guard !isOverdue, let target = flow.timeout?.target else { return finishRun(.timeout) }
    isOverdue = true
    flowTimer = timer("grace", after: flow.timeout?.graceMilliseconds?.value ?? 0)
    next = target.value
  }

  private mutating func abandon() {
    let mayHaveHappened = isInDoubt || (open != 0 && !isTimer && writes.contains(performer))
    if open != 0 { effects.append("cancel \(open)") }
    open = 0
    finish(mayHaveHappened ? "unknown" : "cancelled")
  }

  private mutating func cancel(_ reason: String) {
    guard cancelReason == nil, place != nil else {
      cancelReason = cancelReason ?? reason
      end = "cancelled \(cancelReason ?? "")"
      return
    }
    cancelReason = reason
    abandon()
    let isUnknown = status[place ?? ""] == "unknown"
    errorKind = isUnknown ? .unknown : .cancelled
    if let way = cancelWay(isUnknown) {
      next = way
    } else {
      end = "cancelled \(reason)"
    }
  }

  private mutating func cancelWay(_ isUnknown: Bool) -> String? {
    let isWrite = writes.contains(performer)
    let isHandler = flow.onError.contains { $0.target.value == place }
    var list: [Edge] = []
    for edges in [
      step?.onCancel ?? [], isWrite ? step?.onError ?? [] : [],
      flow.onCancel.contains { $0.target.value == place } ? [] : flow.onCancel,
      isWrite && !isHandler ? flow.onError : [],
    ] where !endsAlways(list) { list += edges }
    for edge in list {
      switch edge.condition {
      case .kind(let name) where name.value == "cancelled": break
      case .kind(let name) where name.value == "unknown" && isUnknown: break
      case .kind: continue
      case .always: break
      case .expression(let source):
        guard (try? truth(source.text)) == true else { continue }
      }
      guard (try? assign(edge.assignments)) != nil else { continue }
      return edge.target.value
    }
    return nil
  }

  // MARK: Expressions

  private mutating func assign(_ assignments: [Assignment]) throws {
    let values = try assignments.map { ($0.field.value, try value($0.expression.text)) }
    for (field, value) in values { fields[field] = value }
  }

  private func render(_ templates: [Field]) throws -> Value {
    var map = ValueMap()
    for field in templates {
      let text = field.value.string ?? ""
      let isTemplate = text.hasPrefix("{{ ")
      map[field.name] =
        isTemplate ? try value(String(text.dropFirst(3).dropLast(3))) : .string(text)
    }
    return .map(map)
  }

  private func text(_ value: Value) -> String { JSONWriter.string(value) }

  private func truth(_ text: String) throws -> Bool {
    guard case .bool(let bool) = try value(text) else { throw NoValue() }
    return bool
  }

  /// `a`, `a + b`, `a < b`, `a > b`, `a == b`.
  private func value(_ text: String) throws -> Value {
    let parts = text.split(separator: " ").map(String.init)
    let left = try atom(parts[0])
    guard parts.count == 3 else { return left }
    let right = try atom(parts[2])
    switch (parts[1], left, right) {
    case ("==", _, _): return .bool(left == right)
    case ("+", .int(let left), .int(let right)): return .int(left + right)
    case ("<", .int(let left), .int(let right)): return .bool(left < right)
    case (">", .int(let left), .int(let right)): return .bool(left > right)
    default: throw NoValue()
    }
  }

  private func atom(_ text: String) throws -> Value {
    if let number = Int64(text) { return .int(number) }
    if text.hasPrefix("'") { return .string(String(text.dropFirst().dropLast())) }
    let path = text.split(separator: ".").map(String.init)
    let found: Value? =
      switch (path[0], path.last) {
      case ("state", let field?): fields[field]
      case ("error", _): .string(errorKind?.name ?? "")
      case ("steps", "visits"): .int(Int64(visits[path[1], default: 0]))
      case ("steps", _): .string(status[path[1], default: "pending"])
      case (let name, let field?): results[name]?[field]
      default: nil
      }
    guard let found else { throw NoValue() }
    return found
  }
}
