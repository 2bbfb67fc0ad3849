import Signalbox
import Testing

/// How a task that others depend on ends.
private enum End: String, CaseIterable, Sendable {
  case success, skipped, failure, timeout, unknown, cancelled

  /// The task `dep`.
  var task: String {
    switch self {
    case .skipped: "{id: dep, tool: dep, when: \"false\"}"
    case .unknown: "{id: dep, tool: put}"
    default: "{id: dep, tool: dep}"
    }
  }

  /// The kind of its failure; nil: it ends well.
  var kind: ErrorKind? {
    switch self {
    case .success, .skipped: nil
    case .failure: .failed
    case .timeout: .timeout
    case .unknown: .unknown
    case .cancelled: .cancelled
    }
  }

  /// How its call ends; a write that takes too long is `unknown`.
  var answer: ErrorKind? { self == .unknown ? .timeout : kind }
}

/// When a list is finished.
private enum Rule: String, CaseIterable, Sendable {
  case all, any, first, finished, one, two, four, failures

  var join: String {
    switch self {
    case .one: "1"
    case .two: "2"
    case .four: "4"
    case .failures: "finished"
    default: rawValue
    }
  }

  /// What four parts come to that end one after the other, nil for skipped; nil: nothing yet.
  func verdict(_ endings: [Bool?]) -> Bool? {
    let (good, bad) = (endings.count { $0 == true }, endings.count { $0 == false })
    let isOver = endings.count == 4
    switch self {
    case .all: return bad > 0 ? false : isOver ? true : nil
    case .any: return good > 0 ? true : isOver ? bad == 0 : nil
    case .first: return endings.compactMap(\.self).first
    case .finished: return isOver ? true : nil
    case .one, .two, .four:
      let count = self == .one ? 1 : self == .two ? 2 : 4
      return good >= count ? true : endings.count - good > 4 - count ? false : nil
    case .failures: return bad >= 2 ? false : isOver ? true : nil
    }
  }
}

extension Drive {
  fileprivate func tool(of place: NodeIndex) -> String {
    let effect = table.table.nodes[Int(place)].effect
    return table.table.performers[Int(table.table.effects[Int(effect)].performer)].id
  }

  /// Tools called so far in the order of their calls.
  fileprivate func open() -> [(tool: String, effect: EffectID)] {
    state.tokens.filter { $0.phase == .calling }.map { (tool(of: $0.place), $0.effect) }
  }

  /// Ends the first open call of each tool.
  fileprivate mutating func finish(_ tools: String...) throws {
    for tool in tools { try finish(tool, nil) }
  }

  fileprivate mutating func finish(_ tool: String, _ kind: ErrorKind?) throws {
    guard let call = open().first(where: { $0.tool == tool }) else {
      throw BadFlow(description: "no call of \(tool) is open but \(open().map(\.tool))")
    }
    if let kind {
      send(
        .failed(effect: call.effect, error: kind, message: "no", usage: nil, costPicodollars: 0)
      )
    } else {
      send(.completed(effect: call.effect, output: .map([:]), usage: nil, costPicodollars: 0))
    }
  }

  /// Tools called from the start on.
  fileprivate func calls(_ tool: String) -> Int {
    trace.count { entry in
      guard case .entered(let place, _, _) = entry, table.table.nodes[Int(place)].kind == .action
      else { return false }
      return self.tool(of: place).sameScalars(as: tool)
    }
  }
}

/// Tasks start only when what they depend on has succeeded or was skipped (TASK-2).
@Suite struct DependencyTests {
  private static let head = """
    signalbox: 1
    name: test
    tools:
      dep: {type: process, effect: read}
      put: {type: process, effect: write}
      mid: {type: process, effect: read}
      top: {type: process, effect: read}
      free: {type: process, effect: read}

    """
  private static let others =
    "{id: mid, tool: mid, depends_on: [dep]}, {id: top, tool: top, depends_on: [mid]}, "
    + "{id: free, tool: free}"

  private func list(_ rule: Rule, _ end: End, concurrency: Int) throws -> LinkedTable {
    let limit = concurrency > 0 ? ", concurrency: \(concurrency)" : ""
    let table = try compiled(
      Self.head
        + """
        initial_state: work
        states:
          work:
            {join: \(rule.join)\(limit), tasks: [\(end.task), \(Self.others)],
             on_success: good, on_error: bad}
        final_states: {good: {}, bad: {outcome: failure}}
        """
    )
    guard rule == .failures else { return table }
    // No flow says how many failures end a list; tables may.
    var plain = table.table
    for index in plain.joins.indices { plain.joins[index].failures = 2 }
    return try #require(LinkedTable.link(plain).table)
  }

  @Test(
    "what depends on a task follows its ending, whatever the list's join",
    arguments: Rule.allCases,
    End.allCases
  )
  private func endings(_ rule: Rule, _ end: End) throws {
    for concurrency in [0, 1, 2] {
      let table = try list(rule, end, concurrency: concurrency)
      // Gates take a place of their own, so that the task without dependencies waits for one.
      for freeFirst in concurrency == 0 ? [false, true] : [false] {
        for freeSucceeds in [true, false] {
          let words = "\(rule) \(end), \(concurrency) at a time, \(freeFirst), \(freeSucceeds)"
          var run = Drive(table)
          var endings: [Bool?] = end == .skipped ? [nil] : []
          func goOn(_ tool: String, _ kind: ErrorKind?) throws {
            guard rule.verdict(endings) == nil else { return }
            try run.finish(tool, kind)
            endings.append(kind == nil)
          }
          let freeKind: ErrorKind? = freeSucceeds ? nil : .failed
          if freeFirst { try goOn("free", freeKind) }
          if end != .skipped { try goOn(end == .unknown ? "put" : "dep", end.answer) }
          if end.kind == nil {
            for tool in ["mid", "top"] { try goOn(tool, nil) }
          } else {
            for _ in 1...2 where rule.verdict(endings) == nil { endings.append(false) }
          }
          if !freeFirst { try goOn("free", freeKind) }
          let isGood = rule.verdict(endings) == true
          #expect(run.end == (isGood ? "good" : "bad"), "\(words): \(endings)")
          #expect(run.open().isEmpty, "\(words)")
          if end.kind != nil {
            #expect(run.calls("mid") == 0 && run.calls("top") == 0, "\(words)")
          }
        }
      }
    }
  }

  @Test("why a task does not start is said", arguments: End.allCases.filter { $0.kind != nil })
  private func reasons(_ end: End) throws {
    var run = Drive(try list(.finished, end, concurrency: 0))
    try run.finish(end == .unknown ? "put" : "dep", end.answer)
    var errors: [RunError] = []
    for case .finished(_, _, _, let error?) in run.output.trace
    where !errors.contains(error) {
      errors.append(error)
    }
    #expect(errors.map(\.kind) == [ErrorKind](repeating: end.kind ?? .failed, count: 3))
    let what = end == .unknown ? "may or may not have happened" : "has failed"
    #expect(
      errors.dropFirst().map(\.message) == [
        "`mid` does not start: `dep`, which it depends on, \(what)",
        "`top` does not start: `mid`, which it depends on, did not start",
      ]
    )
    #expect(errors.dropFirst().map(\.step) == ["mid", "top"])
    #expect(run.step("mid").status == .pending)
    #expect(run.open().map(\.tool) == ["free"])
  }

  @Test("items and child flows have dependencies of their own", arguments: [true, false])
  func parts(_ isMap: Bool) throws {
    let list =
      "states: {p: {join: finished, tasks: [{id: dep, tool: dep}, \(Self.others)], "
      + "on_success: e}}, initial_state: p, final_states: {e: {}}"
    let works =
      isMap
      ? "for_each: \"[1, 2]\", max_items: 2, flow: f"
      : "join: finished, tasks: [{id: a, flow: f}, {id: b, flow: f}, "
        + "{id: c, tool: top, depends_on: [a]}]"
    var run = try Drive(
      Self.head + "initial_state: w\nstates: {w: {\(works), on_success: e}}\n"
        + "final_states: {e: {}}\nflows: {f: {\(list)}}"
    )
    #expect(run.open().map(\.tool) == ["dep", "free", "dep", "free"])
    try run.finish("dep", .failed)
    #expect(run.open().map(\.tool) == ["free", "dep", "free"])
    try run.finish("dep")
    #expect(run.open().map(\.tool) == ["free", "mid", "free"])
    try run.finish("free")
    // A child flow whose own list only has to finish has succeeded.
    #expect(run.open().map(\.tool) == (isMap ? ["mid", "free"] : ["top", "mid", "free"]))
    if !isMap { try run.finish("top") }
    try run.finish("mid", "top", "free")
    #expect(run.end == "e" && run.calls("mid") == 1 && run.calls("top") == (isMap ? 1 : 2))
  }

  @Test("a list that is done anew asks anew", arguments: ["", ", backoff: 5s"])
  func lists(_ pause: String) throws {
    var run = try Drive(
      Self.head
        + "tasks: [{id: p, retry: {max_attempts: 3\(pause)}, type: parallel, "
        + "tasks: [{id: dep, tool: dep}, {id: mid, tool: mid, depends_on: [dep]}, "
        + "{id: free, tool: free}]}]"
    )
    for attempt in 1...2 {
      try run.finish("dep", .failed)
      #expect(run.calls("mid") == 0 && run.calls("free") == attempt + (pause.isEmpty ? 1 : 0))
      if !pause.isEmpty {
        let timer = run.timers.first?.id ?? 0
        run.send(.fired(timer: timer))
      }
      #expect(run.calls("free") == attempt + 1)
    }
    try run.finish("dep", "mid", "free")
    #expect(run.end == "" && run.calls("mid") == 1 && run.calls("dep") == 3)
  }

  @Test("between two attempts a task has not ended", arguments: ["", ", backoff: 5s"])
  func attempts(_ pause: String) throws {
    for body in ["tasks: [{id: x, tool: dep}]", "flow: f", "root: {id: x, tool: dep}"] {
      var run = try Drive(
        Self.head + "initial_state: w\nfinal_states: {e: {}}\n"
          + "flows: {f: {tasks: [{id: x, tool: dep}]}}\n"
          + "states: {w: {join: finished, on_success: e, tasks: [{id: dep, "
          + "retry: {max_attempts: 2\(pause)}, \(body)}, \(Self.others)]}}"
      )
      try run.finish("dep", .failed)
      #expect(run.calls("mid") == 0 && run.step("dep").status == .pending, "\(body)")
      if !pause.isEmpty {
        let timer = run.timers.first?.id ?? 0
        run.send(.fired(timer: timer))
      }
      var other = run
      try run.finish("dep", "mid", "top", "free")
      #expect(run.end == "e" && run.calls("dep") == 2, "\(body)")
      // The last attempt counts.
      try other.finish("dep", .failed)
      try other.finish("free")
      #expect(other.end == "e" && other.calls("mid") == 0, "\(body)")
    }
  }
}
