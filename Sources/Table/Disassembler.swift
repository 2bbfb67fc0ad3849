import Values

/// Lists a table for people: nodes, rows with their guards, performers, registers, pools.
///
/// The listing of a table never changes between runs; `signalbox table FLOW` prints it.
public struct Disassembler {
  private let table: TransitionTable
  private var lines: [String] = []

  /// The listing of `table`.
  ///
  /// Control characters of user text are escaped. O(size of the table).
  public static func text(_ table: TransitionTable) -> String {
    var listing = Disassembler(table: table)
    listing.header()
    listing.nodes()
    listing.rows()
    listing.performers()
    listing.slots()
    listing.pools()
    return listing.lines.joined(separator: "\n") + "\n"
  }

  private init(table: TransitionTable) { self.table = table }

  private mutating func add(_ line: String) {
    var line = line
    while line.utf8.last == 0x20 { line.removeLast() }
    lines.append(line)
  }

  private mutating func section(_ title: String, _ count: Int) {
    add("")
    add("\(title) (\(count))")
  }

  private func pad(_ text: String, _ width: Int) -> String {
    let count = text.unicodeScalars.count
    return count >= width ? text : text + String(repeating: " ", count: width - count)
  }

  private func number(_ value: some BinaryInteger) -> String {
    let text = String(value)
    return text.utf8.count >= 4 ? text : String(repeating: " ", count: 4 - text.utf8.count) + text
  }

  /// Pads the columns of a section to their widest cells.
  private mutating func columns(_ rows: [[String]]) {
    var widths: [Int] = []
    for row in rows {
      for (column, cell) in row.enumerated() {
        let width = min(cell.unicodeScalars.count, 40)
        if column == widths.count {
          widths.append(width)
        } else {
          widths[column] = max(widths[column], width)
        }
      }
    }
    for row in rows {
      let cells = row.enumerated().map { column, cell in
        column == row.count - 1 ? cell : pad(cell, widths[column])
      }
      add(cells.joined(separator: "  "))
    }
  }

  // MARK: Sections

  private mutating func header() {
    add("table \(TableText.line(table.name))  \(table.digest.short)")
    let limits = table.runLimits
    var parts = ["max_steps \(limits.maxSteps)"]
    if limits.timeoutMilliseconds >= 0 {
      parts.append("timeout \(TableText.duration(milliseconds: limits.timeoutMilliseconds))")
    }
    if limits.timeoutTarget != noIndex {
      parts.append("then \(name(limits.timeoutTarget))")
      parts.append("grace \(TableText.duration(milliseconds: limits.graceMilliseconds))")
    }
    if limits.hardPicodollars >= 0 {
      parts.append("hard \(TableText.dollars(picodollars: limits.hardPicodollars))")
    }
    if limits.softPicodollars >= 0 {
      parts.append("soft \(TableText.dollars(picodollars: limits.softPicodollars))")
    }
    if limits.tokens >= 0 { parts.append("tokens \(limits.tokens)") }
    if limits.period != .run { parts.append(limits.period == .day ? "per day" : "per month") }
    if limits.gate == .p95 { parts.append("gate p95") }
    add("limits  " + parts.joined(separator: "  "))
    add("start   \(name(table.start))")
    if table.initialState != "{}" { add("state   \(TableText.line(table.initialState))") }
    if table.inputDefaults != "{}" { add("input   \(TableText.line(table.inputDefaults))") }
    if !table.publicEnvironment.isEmpty {
      add("env     " + list(table.publicEnvironment))
    }
    if !table.result.isEmpty { add("result  " + fields(table.result)) }
  }

  private mutating func nodes() {
    section("nodes", table.nodes.count)
    columns(
      table.nodes.indices.map { index in
        let node = table.nodes[index]
        return [
          number(index), node.kind.name,
          index == 0 ? "(root)" : indent(NodeIndex(index)) + name(NodeIndex(index)),
          details(of: node).joined(separator: "  "),
        ]
      }
    )
  }

  /// Two spaces for each node around a node but the root.
  private func indent(_ index: NodeIndex) -> String {
    var depth = 0
    var parent = table.nodes[Int(index)].parent
    while parent > 0 {
      depth += 1
      parent = table.nodes[Int(parent)].parent
    }
    return String(repeating: "  ", count: depth)
  }

  /// What runs inside a node, and when that is finished.
  private func partDetails(of node: PlaceNode) -> [String] {
    var parts: [String] = []
    if node.kind == .fork {
      parts.append(
        "for each \(program(node.items)) <= \(table.frames[Int(node.template)].maxInstances)"
      )
    }
    if node.kind == .call { parts.append("with {\(fields(node.input))}") }
    if node.kind == .join {
      parts.append("awaits \(list(node.awaited.map { name(table.lists[Int($0)]) }))")
    }
    guard node.join != noIndex else { return parts }
    let join = table.joins[Int(node.join)]
    parts.append("join \(join.kind == .count ? "\(join.count)" : "\(join.kind)")")
    if join.concurrency > 0 { parts.append("\(join.concurrency) at a time") }
    if join.itemError != .fails { parts.append("item error \(join.itemError)") }
    return parts
  }

  private func details(of node: PlaceNode) -> [String] {
    var parts: [String] = partDetails(of: node)
    if node.effect != noIndex {
      let effect = table.effects[Int(node.effect)]
      parts.append(performerName(effect.performer) + "(" + fields(effect.input) + ")")
    }
    if node.kind == .wait { parts.append(TableText.duration(milliseconds: node.waitMilliseconds)) }
    if node.deadlineMilliseconds >= 0 {
      parts.append("timeout \(TableText.duration(milliseconds: node.deadlineMilliseconds))")
    }
    if node.retry != noIndex { parts.append(retryText(table.retries[Int(node.retry)])) }
    if node.maxVisits > 0 { parts.append("max_visits \(node.maxVisits)") }
    if node.when != noIndex { parts.append("when \(program(node.when))") }
    if node.kind == .check { parts.append("check \(program(node.condition))") }
    if node.require != noIndex { parts.append("require \(program(node.require))") }
    if !node.result.isEmpty { parts.append("result {\(fields(node.result))}") }
    if !node.assignments.isEmpty { parts.append("assign {\(assignments(node.assignments))}") }
    if !node.saveAs.isEmpty { parts.append("save_as \(TableText.line(node.saveAs))") }
    if !node.mergedKeys.isEmpty { parts.append("merge \(list(node.mergedKeys))") }
    if node.isFailure { parts.append("failure") }
    if node.visitsRegister != noIndex { parts.append("r\(node.visitsRegister)") }
    if node.kind == .planner || node.kind == .plan { parts += plannerDetails(of: node) }
    return parts
  }

  /// Whom a plan may call, within which limits.
  private func plannerDetails(of node: PlaceNode) -> [String] {
    guard
      let planner = table.planners.first(where: { entry in
        table.nodes[Int(entry.asking)] == node || table.nodes[Int(entry.running)] == node
      })
    else { return [] }
    guard node.kind == .planner else {
      return planner.hardPicodollars < 0
        ? [] : ["hard \(TableText.dollars(picodollars: planner.hardPicodollars))"]
    }
    let names = planner.callees.filter(\.isNamed).map { performerName($0.performer) }
    var parts = ["may use \(list(names))", "steps <= \(planner.maxSteps)"]
    for rule in planner.constraints {
      parts.append("\(TableText.line(rule.name)) in \(list(rule.values))")
    }
    if planner.invariants != "[]" { parts.append(TableText.line(planner.invariants)) }
    return parts
  }

  private func retryText(_ retry: RetryPolicy) -> String {
    var text = "retry \(retry.maxAttempts) on \(TableText.kinds(retry.kinds))"
    if retry.backoffMilliseconds > 0 {
      text += " after \(TableText.duration(milliseconds: retry.backoffMilliseconds))"
      if retry.factorThousandths != 2_000 {
        text += " x\(retry.factorThousandths / 1_000).\(retry.factorThousandths % 1_000 / 100)"
      }
    }
    return text
  }

  private mutating func rows() {
    section("rows", table.rows.count)
    columns(
      table.rows.indices.map { index in
        let row = table.rows[index]
        var event = row.event.name
        if row.event == .external { event += " \(TableText.line(table.eventNames(of: row)))" }
        if row.event == .after { event += " \(TableText.duration(milliseconds: row.detail))" }
        let target = row.target == noIndex ? "(stays)" : name(row.target)
        let condition = TableText.line(table.guardText(of: row))
        var parts = condition.isEmpty ? "" : "[\(condition)]"
        if row.guardErrorMode == .isFalse { parts += "  error is false" }
        if row.guardErrorMode == .raisesEvent { parts += "  error raises" }
        if !row.assignments.isEmpty { parts += "  assign {\(assignments(row.assignments))}" }
        return [number(index), name(row.place), event, "-> \(target)", parts]
      }
    )
  }

  private mutating func performers() {
    section("performers", table.performers.count)
    columns(
      table.performers.indices.map { index in
        let performer = table.performers[index]
        return [
          number(index), performerName(PoolIndex(index)),
          performer.typeName.isEmpty ? "-" : TableText.line(performer.typeName),
          performerDetails(performer).joined(separator: "  "),
        ]
      }
    )
  }

  private func performerDetails(_ performer: Performer) -> [String] {
    var parts = [performer.isWrite ? "write" : "read"]
    if performer.isIdempotent { parts.append("idempotent") }
    if !performer.model.isEmpty {
      let provider = performer.provider.isEmpty ? "" : performer.provider + "/"
      parts.append("model " + TableText.line(provider + performer.model))
    }
    if performer.promptTokens > 0 { parts.append("prompt<=\(performer.promptTokens)") }
    if performer.outputTokens > 0 { parts.append("output<=\(performer.outputTokens)") }
    if performer.turns != 1 { parts.append("turns \(performer.turns)") }
    if performer.costPerCallPicodollars >= 0 {
      let cost = TableText.dollars(picodollars: performer.costPerCallPicodollars)
      parts.append("cost \(cost)")
    }
    if !performer.endpoint.isEmpty { parts.append("at " + TableText.line(performer.endpoint)) }
    if !performer.arguments.isEmpty { parts.append("runs " + list(performer.arguments)) }
    if !performer.roles.isEmpty { parts.append("roles " + list(performer.roles)) }
    if performer.prompt != noIndex { parts.append("prompt p\(performer.prompt)") }
    if performer.instructions != noIndex { parts.append("instructions p\(performer.instructions)") }
    if performer.inputSchema != noIndex { parts.append("input s\(performer.inputSchema)") }
    if performer.outputSchema != noIndex { parts.append("output s\(performer.outputSchema)") }
    let grants = [
      ("hosts", performer.grantedHosts), ("programs", performer.grantedPrograms),
      ("env", performer.grantedEnvironment), ("models", performer.grantedModels),
      ("tools", performer.grantedTools),
    ]
    for (title, names) in grants where !names.isEmpty { parts.append("\(title) " + list(names)) }
    return parts
  }

  private mutating func slots() {
    section("slots", table.slots.count)
    columns(
      table.slots.indices.map { index in
        let slot = table.slots[index]
        return [
          number(index), TableText.line(slot.name), slot.schema == noIndex ? "" : "s\(slot.schema)",
        ]
      }
    )
    guard !table.aliases.isEmpty else { return }
    section("names", table.aliases.count)
    columns(
      table.aliases.map { alias in
        let meaning =
          alias.variable.isEmpty
          ? "ambiguous: " + alias.fields.joined(separator: ", ")
          : ([alias.variable] + alias.fields).joined(separator: ".")
        return ["   ", TableText.line(alias.name), "= " + TableText.line(meaning)]
      }
    )
  }

  private mutating func pools() {
    section("registers", table.registers.count)
    columns(
      table.registers.indices.map { index in
        let register = table.registers[index]
        let node = register.node == noIndex || register.node == 0 ? "run" : name(register.node)
        return [number(index), "\(register.kind)", node]
      }
    )
    section("programs", table.programs.count)
    columns(
      table.programs.indices.map { index in
        let program = table.programs[index]
        let environment =
          program.environment == 0 ? "flow" : performerName(program.environment - 1)
        return [number(index), "\(program.kind)", environment, TableText.line(program.text)]
      }
    )
    section("schemas", table.schemas.count)
    columns(
      table.schemas.indices.map { index in
        [number(index), TableText.line(table.schemas[index])]
      }
    )
  }

  // MARK: Parts of lines

  private func name(_ node: NodeIndex) -> String { TableText.line(table.uniqueName(of: node)) }

  private func performerName(_ index: PoolIndex) -> String {
    let performer = table.performers[Int(index)]
    let action = performer.action.isEmpty ? "" : "." + performer.action
    return (performer.role == .agent ? "agent " : "tool ") + TableText.line(performer.id + action)
  }

  private func program(_ index: PoolIndex) -> String {
    "[\(TableText.line(table.programs[Int(index)].text))]"
  }

  private func list(_ names: [String]) -> String {
    names.map { TableText.line($0) }.joined(separator: ", ")
  }

  private func fields(_ range: Range<PoolIndex>) -> String {
    range.map { index in
      let entry = table.fields[Int(index)]
      let text = TableText.line(table.programs[Int(entry.program)].text, width: 60)
      return "\(TableText.line(entry.name)): \(text)"
    }.joined(separator: ", ")
  }

  private func assignments(_ range: Range<PoolIndex>) -> String {
    range.map { index in
      let entry = table.assignments[Int(index)]
      let text = TableText.line(table.programs[Int(entry.program)].text, width: 60)
      return "\(TableText.line(entry.field)): \(text)"
    }.joined(separator: ", ")
  }
}
