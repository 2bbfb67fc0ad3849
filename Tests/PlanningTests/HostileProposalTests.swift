import Signalbox
import TestSupport
import Testing

/// Proposals made to break the judge rather than the rules have a verdict like any other.
@Suite struct HostileProposalTests {
  /// Numbers as JSON texts, far outside and at the ends of what is allowed.
  private static let numbers = [
    "0", "-1", "1", "2", "1000", "1001", "10000", "10001", "2147483647", "2147483648",
    "-2147483648", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "1.5",
    "1e3", "1e308", "1e400", "-1e400", "\"7\"", "null", "true", "[]", "{}",
  ]
  private static let durations = [
    "0s", "-1s", "1ms", "0.0001s", "36500d", "36501d", "9223372036854775807ms",
    "99999999999999999999999999d", "1e309s", "PT9223372036854775807S", "s", "", "\u{0}", "1h1h",
  ]
  private static let expressions = [
    "true", "false", "1 / 0 == 1", "9223372036854775807 + 1 > 0", "-9223372036854775807 - 2 < 0",
    "[1][9223372036854775807] == 1", "output", "output.decision == 'restart'", "a.b.c.d == 1",
    String(repeating: "(", count: 300) + "1" + String(repeating: ")", count: 300),
    String(repeating: "!", count: 2_000) + "true", "[1, 2, 3].map(x, [x].map(y, y)) == []",
    "\u{0}", "'", "{{ 1 }}", "'" + String(repeating: "x", count: 20_000) + "' == ''",
  ]

  /// The same flow with an invariant about what follows what.
  private static let ordered =
    repairFlow + """

        - {after: {tool: wipe_disk}, always: {tool: page}}
      """

  private func quoted(_ text: String) -> String { JSONWriter.string(.string(text)) }

  /// One field of a task, hostile.
  private func field(_ random: inout PlanGenerator, ids: [String]) -> String {
    // Often something that is allowed, so that what is judged is more than its first number.
    let isMild = random.chance(75)
    let number = isMild ? random.pick(["1", "2", "3", "1000"]) : random.pick(Self.numbers)
    let duration = quoted(
      isMild ? random.pick(["1ms", "30s", "36500d"]) : random.pick(Self.durations)
    )
    let expression = quoted(
      isMild ? random.pick(["true", "false", "1 / 0 == 1"]) : random.pick(Self.expressions)
    )
    switch random.below(13) {
    case 0: return "\"retry\": {\"max_attempts\": \(number)}"
    case 1:
      return "\"retry\": {\"max_attempts\": \(random.pick(["2", "1000", number])), \"backoff\": "
        + "\(duration), \"factor\": \(isMild ? "1000000" : number)}"
    case 2: return "\"timeout\": \(duration)"
    case 3: return "\"wait\": \(duration)"
    case 4:
      return "\"for_each\": \(expression), \"max_items\": \(number), \"concurrency\": "
        + number
    case 5: return "\"for_each\": \"[1, 2]\", \"max_items\": \(number)"
    case 6: return "\"when\": \(expression)"
    case 7: return "\"require\": \(expression)"
    case 8: return "\"check\": \(expression)"
    case 9: return "\"join\": \(random.pick(["\"any\"", "\"first\"", "\"finished\"", number]))"
    case 10:
      let awaited = (0..<1 + random.below(6)).map { _ in
        quoted(random.pick(isMild ? ids : ids + ["nobody", ""]))
      }
      return "\"depends_on\": [\(awaited.joined(separator: ", "))]"
    case 11:
      let depth = random.below(40)
      let nested =
        String(repeating: "[", count: depth) + number + String(repeating: "]", count: depth)
      return "\"with\": {\"service\": \(nested), \"replicas\": \(number), \"strategy\": \"canary\"}"
    default: return "\"result\": {\"a\": \(quoted("{{ " + random.pick(Self.expressions) + " }}"))}"
    }
  }

  private func proposal(_ random: inout PlanGenerator) -> String {
    let ids = ["a", "b", "c", "d", "e"]
    let tasks = (0..<1 + random.below(5)).map { position in
      let id = random.chance(95) ? ids[position] : random.pick(["a", "", "1", "a/b", "__proto__"])
      let callee = random.pick([
        "\"tool\": \"page\"", "\"tool\": \"restart\"", "\"agent\": \"oncall\"",
        "\"tool\": \"get_logs\"",
        "\"tasks\": [{\"id\": \"\(ids[position])1\", \"tool\": \"page\"}]",
        "",
      ])
      let fields = (0..<random.below(4)).map { _ in field(&random, ids: ids) }
      let parts = ["\"id\": \(quoted(id))", callee] + fields
      return "{\(parts.filter { !$0.isEmpty }.joined(separator: ", "))}"
    }
    let limit =
      random.chance(20) ? ", \"concurrency\": \(random.pick(Self.numbers))" : ""
    return "{\"tasks\": [\(tasks.joined(separator: ", "))]\(limit)}"
  }

  private func judge(_ flow: String = repairFlow) throws -> PlanJudge {
    let table = try table(of: flow)
    return PlanJudge(table, try #require(table.table.planners.first), prices: .standard)
  }

  private func check(_ text: String, _ judge: PlanJudge, remaining: Int64 = -1) -> PlanJudgement {
    let circumstances = PlanJudge.Circumstances(remainingPicodollars: remaining)
    let verdict = judge.judge(text, circumstances)
    #expect(verdict.isAccepted == verdict.refusals.isEmpty, "\(text.prefix(2_000))")
    #expect(verdict.worstPicodollars ?? 0 >= 0, "\(text.prefix(2_000))")
    #expect(verdict.longestMilliseconds ?? 0 >= 0, "\(text.prefix(2_000))")
    return verdict
  }

  @Test("whatever is proposed has a verdict", arguments: 0..<8)
  func verdicts(_ round: Int) throws {
    let judge = try judge(round % 2 == 0 ? repairFlow : Self.ordered)
    var accepted = 0
    for number in 0..<250 {
      let seed = UInt64(7_000_000 + round * 1_000 + number)
      var random = PlanGenerator(seed: seed)
      let text = proposal(&random)
      let remaining = random.pick([-1, 0, 1, Int64.max])
      if check(text, judge, remaining: remaining).isAccepted { accepted += 1 }
    }
    print("hostile proposals, round \(round): \(accepted) of 250 accepted")
    #expect(accepted > 10 && accepted < 125)
  }

  @Test(
    "what is larger than any limit is refused",
    arguments: [
      "\"retry\": {\"max_attempts\": 9223372036854775807}", "\"retry\": {\"max_attempts\": 1001}",
      "\"retry\": {\"max_attempts\": 2, \"backoff\": \"99999999999999999999999999d\"}",
      "\"timeout\": \"36501d\"", "\"for_each\": \"[1]\", \"max_items\": 9223372036854775807",
      "\"for_each\": \"[1]\", \"max_items\": 1e400",
      "\"for_each\": \"[1]\", \"max_items\": 10001", "\"depends_on\": [\"x\"]",
      "\"retry\": {\"max_attempts\": 1e308}", "\"timeout\": \"-9223372036854775808ms\"",
    ]
  )
  func limits(_ field: String) throws {
    let text = "{\"tasks\": [{\"id\": \"x\", \"tool\": \"page\", \(field)}]}"
    #expect(!check(text, try judge()).isAccepted)
  }

  /// As large as is allowed, again and again inside itself: sums and products stay within bounds.
  @Test("the largest numbers that are allowed do not overflow", arguments: [1, 2, 4, 10])
  func products(_ depth: Int) throws {
    var task =
      "{\"id\": \"x\", \"tool\": \"page\", \"timeout\": \"36500d\", \"retry\": "
      + "{\"max_attempts\": 1000, \"backoff\": \"36500d\", \"factor\": 1000000}}"
    for level in 0..<depth {
      task =
        "{\"id\": \"l\(level)\", \"for_each\": \"[1]\", \"max_items\": 10000, \"concurrency\": 1, "
        + "\"timeout\": \"36500d\", \"retry\": {\"max_attempts\": 1000, \"backoff\": \"36500d\"}, "
        + "\"tasks\": [\(task)]}"
    }
    let verdict = check("{\"tasks\": [\(task)]}", try judge(), remaining: .max)
    #expect(verdict.steps == depth + 1)
  }

  /// Dependencies that say the same twice, that others imply, all on all before, and in a chain.
  @Test(
    "dependencies of every shape",
    arguments: ["twice", "implied", "all", "chain", "mesh", "self", "circle"]
  )
  func dependencies(_ shape: String) throws {
    let count = 15
    let tasks = (0..<count).map { position in
      let before: [Int] =
        switch shape {
        case "twice": position > 0 ? [0, 0, 0] : []
        case "implied": position > 1 ? [position - 1, position - 2] : position > 0 ? [0] : []
        case "all": Array(0..<position)
        case "chain": position > 0 ? [position - 1] : []
        case "mesh": Array(0..<position / 3 * 3)
        case "self": [position]
        default: [(position + 1) % count]
        }
      let awaited = before.map { "\"t\($0)\"" }.joined(separator: ", ")
      return "{\"id\": \"t\(position)\", \"tool\": \"page\", \"depends_on\": [\(awaited)]}"
    }
    // In the order of dependencies, and against it.
    for list in [tasks, tasks.reversed()] {
      let text = "{\"tasks\": [\(list.joined(separator: ", "))]}"
      for flow in [repairFlow, Self.ordered] {
        let verdict = check(text, try judge(flow))
        #expect(verdict.isAccepted == !["self", "circle"].contains(shape), "\(shape)")
        #expect(verdict.steps == count)
      }
    }
  }
}
