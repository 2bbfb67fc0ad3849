import Signalbox

// What the world answers.
extension RandomDrive {
  /// Kinds of failure that a driver may report of a call.
  ///
  /// The others come about inside a run; of a run that is awaited every kind may be reported.
  public static let reportedKinds: [ErrorKind] = ErrorKind.allCases.filter(isReported)

  private static func isReported(_ kind: ErrorKind) -> Bool {
    switch kind {
    case .timeout, .unavailable, .rateLimited, .invalidOutput, .budget, .denied, .unknown, .failed:
      true
    case .require, .check, .guardError, .maxVisits, .maxSteps, .cancelled, .inputRejected: false
    }
  }

  /// The answer to a call, or its failure.
  mutating func answer(to call: OpenCall) -> RunEvent.Kind {
    guard let performer = call.performer else { return endOfPlan(call) }
    if random.chance(temper.failures) {
      let kind = random.one(of: Self.reportedKinds)
      // What cannot write cannot have done so without a word.
      let isPossible = kind != .unknown || performer.mayWrite(among: table.table.performers)
      return failure(of: call.id, isPossible ? kind : .failed, cost: failureCost(of: call))
    }
    let output: Value
    if table.table.nodes[Int(call.place)].kind == .planner {
      output = acceptedPlan()
    } else {
      let schema = performer.outputSchema
      let made = SchemaSample.value(of: table.schema(schema) ?? .null, by: &random)
      output = table.normalized(made, schema: schema)
      guard table.violations(of: output, schema: schema).isEmpty else {
        return failure(of: call.id, .invalidOutput, cost: failureCost(of: call))
      }
    }
    return .completed(
      effect: call.id,
      output: output,
      usage: usage(of: performer),
      costPicodollars: cost(of: performer)
    )
  }

  /// What a planner's place is told of a proposal that was accepted.
  private mutating func acceptedPlan() -> Value {
    let digest = Digest.sha256([UInt8(truncatingIfNeeded: random.next())])
    return .map([
      "plan": .string(digest.hex), "number": .int(Int64(1 + random.below(9))),
      "worst": .int(Int64(random.below(1_000_000))),
    ])
  }

  /// How the run of a plan ended.
  private mutating func endOfPlan(_ call: OpenCall) -> RunEvent.Kind {
    let cost = Int64(random.below(1_000_000))
    if random.chance(temper.failures) {
      return failure(of: call.id, random.one(of: ErrorKind.allCases), cost: cost)
    }
    return .completed(
      effect: call.id,
      output: SchemaSample.anything(by: &random),
      usage: nil,
      costPicodollars: cost
    )
  }

  private mutating func usage(of performer: Performer) -> Usage? {
    guard performer.kind == .model else { return nil }
    return Usage(
      promptTokens: Int64(random.below(Int(clamping: performer.promptTokens) + 1)),
      outputTokens: Int64(random.below(Int(clamping: performer.outputTokens) + 1))
    )
  }

  /// What a call costs: what is declared, or up to what can be charged.
  private mutating func cost(of performer: Performer) -> Int64 {
    let worst = pricer.worstPicodollars(performer)
    let tools = performer.worstToolPicodollars(among: table.table.performers)
    let own = performer.costPerCallPicodollars >= 0 ? worst : part(of: worst)
    return Picodollars.sum(own, part(of: tools))
  }

  private mutating func part(of amount: Int64) -> Int64 {
    guard amount > 0, amount < .max else { return 0 }
    return Int64(random.next() % (UInt64(amount) + 1))
  }

  /// A call that fails is charged in full, or was never sent.
  mutating func failureCost(of call: OpenCall) -> Int64 {
    guard let performer = call.performer, random.chance(50) else { return 0 }
    return cost(of: performer)
  }

  // MARK: Start and events

  mutating func randomInput() -> Value {
    guard let slot = table.table.slots.first(where: { $0.kind == .input && $0.scope == 0 }),
      let schema = table.schema(slot.schema), !random.chance(temper.badInputs)
    else { return random.chance(50) ? .map([:]) : SchemaSample.anything(by: &random) }
    return SchemaSample.value(of: schema, by: &random)
  }

  mutating func environment() -> ValueMap {
    var fields = ValueMap()
    for name in table.table.publicEnvironment where random.chance(80) {
      fields[name] = .string("text")
    }
    return fields
  }

  /// The names that rows take, as somebody may send them, those that a run raises by itself
  /// included.
  static func eventNames(of table: TransitionTable) -> [String] {
    var names: [String] = []
    for row in table.rows where row.event == .external {
      for descriptor in table.eventNames(of: row).split(separator: " ") {
        var name = descriptor
        if name.hasSuffix("*") { name = name.dropLast() }
        if name.hasSuffix(".") { name = name.dropLast() }
        let text = name.isEmpty ? "anything" : String(name)
        if !names.contains(where: { $0.sameScalars(as: text) }) { names.append(text) }
      }
    }
    return names
  }

  mutating func namedEvent() -> RunEvent.Kind {
    var name = "stranger"
    if !eventNames.isEmpty, !random.chance(10) { name = random.one(of: eventNames) }
    if random.chance(10) { name += ".more" }
    return .external(name: name, payload: SchemaSample.anything(by: &random))
  }
}
