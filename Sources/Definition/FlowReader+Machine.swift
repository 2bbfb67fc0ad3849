import Document
import Source
import Values

/// States, initial state, final states.
extension FlowReader {
  /// The machine whose keys stand in `mapping`; nil after a finding.
  ///
  /// `header` is the flow's own mapping when the machine is a planner's definition: in the seed
  /// form what the definition leaves open may be said there, which is how overlays complete seeds.
  mutating func machine(_ mapping: Mapping, header: Mapping? = nil) -> Machine? {
    guard let statesEntry = value("states", mapping) else {
      if mapping.entry("states") == nil {
        report(Messages.missing("states", in: mapping.level.title, at: mapping.span, hint: nil))
      }
      return nil
    }
    let states = self.states(
      statesEntry,
      path: mapping.path,
      mayBeEmpty: (mapping.entry("final_states")?.value.entries ?? []).isEmpty == false
    )
    let source = mapping.entry("initial_state") == nil ? header ?? mapping : mapping
    let initial = start("initial_state", source)
    if source.entry("initial_state") == nil, let states, !mapping.isDisordered {
      report(
        Messages.missing(
          "initial_state",
          in: "the machine",
          at: statesEntry.keySpan,
          hint: states.first.map { "write `initial_state: \($0.name)`, if it starts there" }
        )
      )
    }
    let endings = mapping.entry("final_states") == nil ? header ?? mapping : mapping
    let finals = finalStates(endings)
    guard let states else { return nil }
    if form == .house { reportActingFinals(states, finals) }
    var machine = Machine(
      states: states,
      initialState: initial?.targets.first,
      finalStates: finals,
      declaresFinalStates: endings.entry("final_states") != nil,
      span: mapping.span
    )
    machine.otherInitialStates = Array(initial?.targets.dropFirst() ?? [])
    machine.initialActions = initial?.actions ?? []
    return machine
  }

  mutating func states(
    _ entry: Node.Entry,
    path: String,
    mayBeEmpty: Bool
  ) -> [Named<Step>]? {
    guard let entries = entry.value.entries else {
      report(
        Messages.wrongKind(
          entry,
          wanted: "a mapping of names to states",
          hint: "write `name: {agent: …, on_success: …}` for each state"
        )
      )
      return nil
    }
    guard !entries.isEmpty || mayBeEmpty else {
      report(Messages.noStates(entry))
      return nil
    }
    guard entries.count <= limits.places else {
      report(Messages.tooMany("states", limits.places, at: entry.keySpan))
      return nil
    }
    let (slipped, rest) = slippedKeys(entries)
    if !slipped.isEmpty {
      let before = entries.first.flatMap { first in
        slipped[0].keySpan == first.keySpan ? nil : stateBefore(slipped[0], entries)
      }
      report(Messages.slippedStepKey(slipped, after: before))
    }
    let prefix = path.isEmpty ? "states" : "\(path).states"
    var states: [Named<Step>] = []
    for entry in rest {
      checkName(entry, isStep: true)
      reportListedKeys(entry)
      guard let step = step(entry, path: "\(prefix).\(entry.key)", isDisordered: !slipped.isEmpty)
      else { continue }
      states.append(Named(name: entry.key, nameSpan: entry.keySpan, content: step))
    }
    return states
  }

  /// Splits off keys of steps that stand where states do.
  private func slippedKeys(_ entries: [Node.Entry]) -> ([Node.Entry], [Node.Entry]) {
    let table = KeyTable.of(.step, form)
    var slipped: [Node.Entry] = []
    var rest: [Node.Entry] = []
    for entry in entries {
      let isMapping = entry.value.entries != nil
      if !isMapping, table.rule(of: entry.key) != nil {
        slipped.append(entry)
      } else {
        rest.append(entry)
      }
    }
    return (slipped, rest)
  }

  private func stateBefore(_ entry: Node.Entry, _ entries: [Node.Entry]) -> String? {
    let table = KeyTable.of(.step, form)
    var name: String?
    for other in entries {
      if other.keySpan == entry.keySpan { return name }
      if table.rule(of: other.key) == nil { name = other.key }
    }
    return name
  }

  /// The final states, from a mapping of names to outcomes or a list of names.
  mutating func finalStates(_ mapping: Mapping) -> [Named<FinalState>] {
    guard let entry = value("final_states", mapping) else { return [] }
    var result: [Named<FinalState>] = []
    if let elements = entry.value.elements {
      var seen: Set<MapKey> = []
      for element in elements {
        guard let name = element.string, !name.isEmpty else {
          report(Messages.wrongElement(element, of: entry.key, wanted: "the name of a state"))
          continue
        }
        guard seen.insert(.string(name)).inserted else {
          report(Messages.duplicate(name, in: "`final_states`", at: element.span))
          continue
        }
        result.append(Named(name: name, nameSpan: element.span, content: FinalState()))
      }
      return result
    }
    guard let entries = entry.value.entries else {
      report(
        Messages.wrongKind(
          entry,
          wanted: "a mapping of names to outcomes",
          hint: "write `\(entry.key): {\(entry.value.string ?? "done"): {}}`"
        )
      )
      return []
    }
    for ending in entries {
      checkName(ending, isStep: true)
      result.append(
        Named(name: ending.key, nameSpan: ending.keySpan, content: finalState(ending))
      )
    }
    return result
  }

  private mutating func finalState(_ entry: Node.Entry) -> FinalState {
    if case .null = entry.value.content { return FinalState() }
    if let word = entry.value.string, word == "success" || word == "failure" {
      report(
        Messages.wrongKind(entry, wanted: "a mapping", hint: "write `{outcome: \(word)}`")
      )
      return FinalState()
    }
    guard let mapping = mapping(entry, .finalState, path: "final_states.\(entry.key)") else {
      return FinalState()
    }
    let outcome = word("outcome", mapping, oneOf: ["success", "failure"])
    var final = FinalState(isFailure: outcome?.value == "failure")
    final.onEntry = blocks("on_entry", mapping)
    final.onExit = blocks("on_exit", mapping)
    if let result = mapping.entry("result"), let content = wholeTemplate(result.value) {
      final.content = content
    } else {
      final.result = fields("result", mapping)
    }
    return final
  }

  /// House rule 1: final states never act.
  private mutating func reportActingFinals(
    _ states: [Named<Step>],
    _ finals: [Named<FinalState>]
  ) {
    var byName: [MapKey: Named<Step>] = [:]
    for state in states { byName[.string(state.name)] = state }
    for final in finals {
      guard let state = byName[.string(final.name)] else { continue }
      report(Messages.actingFinal(final, state: state))
    }
  }

  /// Checks the spelling of an id, in the house form also against reserved names.
  mutating func checkName(_ entry: Node.Entry, isStep: Bool) {
    let bytes = Array(entry.key.utf8)
    guard !bytes.isEmpty, bytes.count <= 128 else {
      report(Messages.badName(entry, reserved: false))
      return
    }
    guard form == .house else { return }
    let isWord = bytes.allSatisfy { byte in
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == UInt8(ascii: "_")
        || byte == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
    let startsWell =
      !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[0])
      && bytes[0] != UInt8(ascii: "-")
    if !isWord || !startsWell {
      report(Messages.badName(entry, reserved: false))
    } else if isStep, FlowNames.reserved.contains(where: { $0.sameScalars(as: entry.key) }) {
      report(Messages.badName(entry, reserved: true))
    }
  }
}

/// Names of the house form.
package enum FlowNames {
  /// Names that guards and templates read already (FLOW-8): no step is called so.
  package static let reserved = [
    "input", "state", "output", "steps", "event", "item", "index", "error", "run", "env",
    "secrets", "response",
  ]
}
