/// Writes flows of any size, the same ones for the same seed.
public enum FlowGenerator {
  /// A machine of `states` states in the house form, valid and with bounded loops.
  ///
  /// Every third state branches on its answer, every seventh loops back at most twice, some retry,
  /// assign or decide; all end in one of three final states. O(states).
  public static func machine(states: Int, seed: UInt64) -> String {
    var random = SplitMix(state: seed)
    var text = """
      signalbox: 1
      name: generated-\(states)
      budget: {hard: $1000}
      timeout: 1000h
      input:
        message: {type: string, maxLength: 4000}
        amount: {type: number, minimum: 0}
        urgent: {type: boolean, optional: true}
      state:
        note: {type: string, default: ""}
        count: {type: integer, default: 0}
      models:
        small: {provider: openai, model: gpt-4o-mini, temperature: 0}
      agents:
        classifier:
          type: llm
          model: small
          limits: {prompt_tokens: 1500, output_tokens: 120}
          prompt: "Sort this message: {{ input.message }}"
          output:
            category: {enum: [technical, billing, other]}
            confidence: {type: number, minimum: 0, maximum: 1}
        reviewer:
          type: human_task
          roles: [lead]
          output: {decision: {enum: [send, rewrite, stop]}}
      tools:
        search:
          type: http
          effect: read
          cost_per_call: $0.001
          output: {hits: {type: array, maxItems: 5}}
        send: {type: http, effect: write, idempotent: true, cost_per_call: $0}
      on_error: failed
      initial_state: s0
      states:

      """
    for index in 0..<max(1, states) {
      text += state(index, of: max(1, states), &random)
    }
    text += "final_states:\n  done: {}\n  stopped: {}\n  failed: {outcome: failure}\n"
    return text
  }

  private static func state(_ index: Int, of count: Int, _ random: inout SplitMix) -> String {
    let next = index + 1 < count ? "s\(index + 1)" : "done"
    let ahead = min(count - 1, index + 1 + Int(random.next() % 5))
    let far = ahead > index ? "s\(ahead)" : "done"
    let back = "s\(index - Int(random.next() % UInt64(index + 1)))"
    var text = "  s\(index):\n"
    switch index % 5 {
    case 0:
      text += "    agent: classifier\n    with: {message: \"{{ input.message }}\"}\n"
      text += "    timeout: 20s\n"
      if random.next() % 2 == 0 {
        text += "    retry: {max_attempts: 2, on: [timeout, rate_limited]}\n"
      }
      text += "    on_success:\n"
      text +=
        "      - {when: \"s\(index).confidence < 0.\(1 + random.next() % 9)\", target: \(far)}\n"
      text += "      - {target: \(next)}\n"
    case 1:
      text += "    tool: search\n    with: {query: \"{{ input.message }}\"}\n    timeout: 5s\n"
      text += "    on_success:\n"
      text += "      - {when: \"size(s\(index).hits) > 0\", target: \(next)}\n"
      text += "      - {target: \(far)}\n"
    case 2:
      text += "    condition: \"input.amount > \(random.next() % 1_000).0 && state.count < 10\"\n"
      text += "    on_true: \(next)\n    on_false: \(far)\n"
    case 3:
      text += "    assign: {count: \"state.count + 1\"}\n    on_success: \(next)\n"
    default:
      text += "    agent: reviewer\n    with: {draft: \"{{ state.note }}\"}\n    timeout: 24h\n"
      text += "    max_visits: 2\n    on_success:\n"
      text += "      - {when: \"s\(index).decision == 'send'\", target: \(next)}\n"
      text += "      - {when: \"s\(index).decision == 'rewrite'\", target: \(back)}\n"
      text += "      - {when: \"s\(index).decision == 'stop'\", target: stopped}\n"
    }
    return text
  }
}

/// A small, fast, repeatable random number generator (SplitMix64).
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
