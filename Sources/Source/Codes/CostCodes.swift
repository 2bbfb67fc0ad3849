extension DiagnosticCode {
  /// The codes of prices and budgets.
  public static let costCodes: [DiagnosticCode] = [
    unknownPrice, overHardBudget, unboundedWorst, overSoftBudget, overTokenBudget, percentileGate,
    periodBudget, capOnlyHard, overCap, malformedPrices, priceRefused,
  ]

  /// A step's price or token limits are not known.
  public static let unknownPrice = DiagnosticCode(
    "SBX-COST-001",
    "the cost of a step is not known",
    """
    The step calls a model that the price book does not list, or an agent without limits on its
    tokens. What is not known never counts as free: under a hard budget the flow is refused, without
    one its worst case is reported as unknown.

    Wrong:

        writer: {type: llm, model: {provider: acme, model: big-1}, prompt: "…"}

    Right, with a price book for `--prices`:

        models:
          big-1: {provider: acme, input: "2.50", output: "10.00"}

    and limits in the flow:

        writer:
          type: llm
          model: {provider: acme, model: big-1}
          limits: {prompt_tokens: 2000, output_tokens: 400}
    """
  )

  /// The worst case is over the hard budget.
  public static let overHardBudget = DiagnosticCode(
    "SBX-COST-002",
    "the worst case is over the hard budget",
    """
    The worst case is the dearest way through the flow: every visit that `max_visits` allows, every
    try that `retry` allows, every call at its limits on tokens. It is compared with the hard budget
    before the first step, so that a run that starts can always be paid for. The finding names the
    dearest way and single edits that are enough.

    Wrong, when a visit of `write` may cost $0.0085:

        budget: {hard: $0.01}
        states:
          write: {agent: writer, max_visits: 2, …}

    Right:

        budget: {hard: $0.02}

    or `max_visits: 1`, or a cheaper model.
    """
  )

  /// Nothing bounds the worst case.
  public static let unboundedWorst = DiagnosticCode(
    "SBX-COST-003",
    "nothing bounds what the flow can cost",
    """
    The flow has a hard budget and a cycle that may go round as often as its guards let it. No
    amount is enough for such a flow, so it is refused. SBX-LOOP-001 names the cycle.

    Wrong:

        budget: {hard: $1}
        states:
          ask: {agent: helper, on_success: [{when: "ask.done", target: end}, {target: ask}]}

    Right:

        states:
          ask: {agent: helper, max_visits: 5, on_success: […], on_error: given_up}
    """
  )

  /// The expected cost is over the soft budget.
  public static let overSoftBudget = DiagnosticCode(
    "SBX-COST-004",
    "the expected cost is over the soft budget",
    """
    A soft budget warns and refuses nothing. As long as no runs were recorded it is compared with an
    expectation that assumes shares of branches and lengths of answers; `plan` prints what is
    assumed.

    Wrong, when a run is expected to cost $0.003:

        budget: {soft: $0.001}

    Right:

        budget: {soft: $0.005}
    """
  )

  /// A run may use more tokens than the budget allows.
  public static let overTokenBudget = DiagnosticCode(
    "SBX-COST-005",
    "a run may use more tokens than the budget allows",
    """
    The tokens of the dearest way, prompts and answers together, are over `budget.tokens`, or
    nothing bounds them.

    Wrong, when the agents' limits add up to 7,640 tokens:

        budget: {tokens: 5000}

    Right:

        budget: {tokens: 8000}
    """
  )

  /// `gate: p95` needs recorded runs.
  public static let percentileGate = DiagnosticCode(
    "SBX-COST-006",
    "a percentile can't be compared yet",
    """
    `gate: p95` compares the hard budget with the cost that 95 of 100 recorded runs stay below. This
    version does not read recorded runs, and a guess must not decide.

    Wrong:

        budget: {hard: $0.01, gate: p95}

    Right:

        budget: {hard: $0.02}
    """
  )

  /// The gate before a run looks at that run alone.
  public static let periodBudget = DiagnosticCode(
    "SBX-COST-007",
    "the budget of a period is compared with a single run before it starts",
    """
    With `per: day` or `per: month` the limits are compared with the worst case of one run before it
    starts. What the period's other runs have spent counts when calls are made: each reserves its
    worst cost in the account of the period first, and is refused, kind `budget`, without room.

        budget: {hard: $5, per: day}
    """
  )

  /// `soft`, `tokens` or `gate` in the budget of a step, child flow or agent.
  public static let capOnlyHard = DiagnosticCode(
    "SBX-COST-008",
    "the budget of a part has a hard limit only",
    """
    Steps, child flows and agents may have a `budget` of their own: `hard`, and the period that it
    covers. `soft`, `tokens` and `gate` belong to the budget of the whole flow and have no effect
    here.

    Wrong:

        write: {agent: writer, budget: {hard: $0.01, tokens: 2000}}

    Right:

        write: {agent: writer, budget: $0.01}
    """
  )

  /// A step, child flow or agent may spend more than its own budget.
  public static let overCap = DiagnosticCode(
    "SBX-COST-009",
    "a part may cost more than its own budget",
    """
    A budget of a step, child flow or agent limits what all its calls in a run cost together. When
    its worst case is above, some calls would be refused on the way, so the flow is refused before
    the first step. A budget above that of the whole flow is a warning: the flow's counts as well.

    Wrong, when `write` is entered twice and costs $0.0090 each time:

        write: {agent: writer, max_visits: 2, budget: $0.01}

    Right:

        write: {agent: writer, max_visits: 2, budget: $0.02}
    """
  )

  /// A price book has a mistake in its layout.
  public static let malformedPrices = DiagnosticCode(
    "SBX-COST-010",
    "a price book is not laid out as expected",
    """
    A price book has two keys: `book`, which says what it is, and `models`, which gives for each
    model the prices of its input and output in dollars per million tokens.

    Wrong:

        gpt-4o: 2.50

    Right:

        book: {name: ours, version: 3, date: 2025-01-15, source: our contract}
        models:
          gpt-4o: {provider: openai, input: "2.50", output: "10.00"}
    """
  )

  /// A price is no decimal number, or too fine.
  public static let priceRefused = DiagnosticCode(
    "SBX-COST-011",
    "a price can't be taken exactly",
    """
    Money is counted in whole pico-dollars, so a price per million tokens may have at most six
    digits after the point, and nothing is rounded silently.

    Wrong:

        input: "0.1234567"
        output: "about 3"

    Right:

        input: "0.123457"
        output: "3.00"
    """
  )
}
