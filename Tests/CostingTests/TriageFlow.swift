import Signalbox

/// A flow with a model, a loop with a person in it, and a retry; the worst case is known by hand.
enum TriageFlow {
  static let text = """
    signalbox: 1
    name: support-triage
    budget: {hard: $0.02, soft: $0.012}
    timeout: 50h
    input:
      message: {type: string, maxLength: 4000}
      customer_id: {type: string}
    agents:
      classifier:
        type: llm
        model: {provider: openai, model: gpt-4o-mini, temperature: 0}
        limits: {prompt_tokens: 1500, output_tokens: 120}
        prompt: "Sort this customer message by category: {{ input.message }}"
        output:
          category: {enum: [technical, billing, other]}
          confidence: {type: number, minimum: 0, maximum: 1}
      writer:
        type: llm
        model: {provider: openai, model: gpt-4o}
        limits: {prompt_tokens: 1800, output_tokens: 400}
        prompt: "Answer {{ input.message }} only from {{ input.hits }}"
        output: {text: {type: string, maxLength: 2000}}
      reviewer:
        type: human_task
        roles: [support_lead]
        output: {decision: {enum: [send, rewrite, escalate]}}
    tools:
      search_docs: {type: http, effect: read, output: {hits: {type: array, maxItems: 5}}}
      send_email: {type: smtp, effect: write, idempotent: true}
      create_ticket: {type: http, effect: write, idempotent: true}
    on_error: hand_over
    initial_state: classify
    states:
      classify:
        agent: classifier
        with: {message: "{{ input.message }}"}
        timeout: 20s
        retry: {max_attempts: 2, on: [timeout, rate_limited, invalid_output]}
        on_success: search
      search:
        tool: search_docs
        with: {query: "{{ input.message }}", area: "{{ classify.category }}"}
        timeout: 5s
        on_success: [{when: "size(search.hits) > 0", target: write}, {target: hand_over}]
      write:
        agent: writer
        with: {message: "{{ input.message }}", hits: "{{ search.hits }}"}
        timeout: 40s
        max_visits: 2
        on_success: [{when: "classify.confidence < 0.7", target: review}, {target: send}]
      review:
        agent: reviewer
        with: {draft: "{{ write.text }}"}
        timeout: 24h
        on_success:
          - {when: "review.decision == 'send'", target: send}
          - {when: "review.decision == 'rewrite'", target: write}
          - {target: hand_over}
      send:
        tool: send_email
        with: {to: "{{ input.customer_id }}", text: "{{ write.text }}"}
        timeout: 10s
        on_success: answered
      hand_over:
        tool: create_ticket
        with: {customer: "{{ input.customer_id }}"}
        timeout: 10s
        on_success: escalated
        on_error: lost
    final_states: {answered: {}, escalated: {}, lost: {outcome: failure}}

    """

  /// The linked table of a flow's text, and everything found on the way.
  static func compile(_ text: String) -> (table: LinkedTable?, diagnostics: [Diagnostic]) {
    let loaded = FlowLoader.load(SourceFile(name: "flow.yaml", text: text))
    guard let flow = loaded.flow else { return (nil, loaded.diagnostics) }
    let compiled = FlowCompiler.compile(flow)
    return (compiled.table, loaded.diagnostics + compiled.diagnostics)
  }

  /// The text with one part replaced.
  static func replacing(_ part: String, with other: String) -> String {
    var result = ""
    var rest = text[...]
    while let range = rest.firstRange(of: part) {
      result += rest[..<range.lowerBound] + other
      rest = rest[range.upperBound...]
    }
    return result + rest
  }
}

extension Substring {
  fileprivate func firstRange(of part: String) -> Range<Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(part) { return start..<index(start, offsetBy: part.count) }
      start = index(after: start)
    }
    return nil
  }
}
