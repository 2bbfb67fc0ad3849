import Signalbox
import TestSupport

/// Makes plans for `repairFlow` that are correct by construction.
struct PlanGenerator {
  private var random: SeededNumbers

  init(seed: UInt64) { random = SeededNumbers(seed) }

  mutating func below(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }
  mutating func chance(_ percent: Int) -> Bool { below(100) < percent }
  mutating func pick<Element>(_ list: [Element]) -> Element { list[below(list.count)] }

  // MARK: Correct plans

  /// Tasks that keep every rule.
  mutating func correct() -> [ValueMap] {
    var tasks: [ValueMap] = []
    var logs: [String] = []
    var causes: [String] = []
    let repairs = pick(["restart", "scale", "none", "none"])
    let count = 1 + below(3)
    for number in 0..<count {
      switch below(5) {
      case 0, 1:
        let id = "logs_\(number)"
        tasks.append(read(id))
        logs.append(id)
      case 2 where !logs.isEmpty:
        let id = "look_\(number)"
        tasks.append(look(id, logs: pick(logs)))
        causes.append(id)
      case 3 where !logs.isEmpty:
        tasks.append(loop("each_\(number)", over: pick(logs)))
      case 4:
        let id = "both_\(number)"
        tasks.append([
          "id": .string(id),
          "tasks": .list([
            .map(read(id + "_a")), .map(["id": .string(id + "_b"), "wait": .string("2s")]),
          ]),
        ])
      default:
        tasks.append([
          "id": .string("tell_\(number)"), "tool": "page",
          "with": .map(["service": "{{ input.service }}"]),
        ])
      }
    }
    if repairs == "restart" {
      tasks.append([
        "id": "ask", "agent": "oncall", "with": .map(["why": .string(words(causes))]),
      ])
      var restart: ValueMap = [
        "id": "restart_it", "tool": "restart", "with": .map(["service": "{{ input.service }}"]),
      ]
      if chance(50) {
        restart["when"] = "ask.decision == 'restart'"
      } else {
        tasks[tasks.count - 1]["require"] = "output.decision == 'restart'"
      }
      tasks.append(restart)
    } else if repairs == "scale" {
      var input: ValueMap = ["strategy": .string(pick(["rolling", "canary"]))]
      if chance(50) { input["replicas"] = .int(Int64(1 + below(5))) }
      tasks.append(["id": "scale_it", "tool": "scale", "with": .map(input)])
    }
    if repairs != "restart", chance(25) {
      // By dependency: each awaits the one before, or nothing.
      for position in tasks.indices.dropFirst() {
        if case .string(let before)? = tasks[position - 1]["id"] {
          tasks[position]["depends_on"] = .list([.string(before)])
        }
      }
    }
    return tasks
  }

  private mutating func read(_ id: String) -> ValueMap {
    var task: ValueMap = [
      "id": .string(id), "tool": "get_logs", "with": .map(["service": "{{ input.service }}"]),
    ]
    if chance(30) { task["timeout"] = .string("\(1 + below(50))s") }
    if chance(20) { task["retry"] = .map(["max_attempts": .int(Int64(1 + below(3)))]) }
    return task
  }

  private mutating func look(_ id: String, logs: String) -> ValueMap {
    var task: ValueMap = [
      "id": .string(id), "agent": "analyst",
      "with": .map(["logs": .string("{{ \(logs).logs }}")]),
    ]
    if chance(20) { task["require"] = "output.risk < 0.9" }
    if chance(20) { task["when"] = "size(input.service) > 0" }
    return task
  }

  private mutating func loop(_ id: String, over logs: String) -> ValueMap {
    [
      "id": .string(id), "tool": "page",
      "for_each": .string("\(logs).hosts"), "max_items": .int(Int64(2 + below(5))),
      "concurrency": .int(Int64(1 + below(2))), "with": .map(["service": "{{ item }}"]),
    ]
  }

  private func words(_ causes: [String]) -> String {
    causes.isEmpty ? "alert" : "see \(causes.count) findings"
  }
}
