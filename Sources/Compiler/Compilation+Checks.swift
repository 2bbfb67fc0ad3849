import Definition
import Document
import Expression
import Source
import Table
import Values

// What can only be checked once the programs have types.
extension Compilation {
  /// Proves edge lists complete and checks what is written into typed fields.
  mutating func check(_ linked: LinkedTable) {
    checkGuards(linked)
    for list in openLists { proveComplete(list, linked) }
    checkAssignments(linked)
    checkCalls(linked)
  }

  // MARK: Completeness

  /// Values tried at most for one list of edges.
  private static let maxCombinations = 4_096

  /// A path with the values that its schema allows.
  private struct Domain {
    var path: ValuePath
    var values: [Value]
  }

  /// Tries every combination of the values that the guards can read.
  ///
  /// The guards are pure, so a list whose guards read enumerated and boolean fields only is decided
  /// by evaluation, whatever the guards look like. A guard that fails to evaluate is no gap: its
  /// failure takes the error edges.
  private mutating func proveComplete(_ list: OpenEdgeList, _ linked: LinkedTable) {
    let guards = list.rows.map { linked.table.rows[Int($0)].guardProgram }
    let name = linked.table.nodes[Int(list.place)].name
    // A program that did not compile has had its finding.
    guard guards.allSatisfy({ $0 != noIndex && linked.programs[Int($0)] != nil }) else { return }
    guard let domains = domains(of: guards, at: list.place, linked) else {
      report(Messages.incompleteGuards(name, witness: nil, at: list.span, isError: isHouse))
      return
    }
    var choice = [Int](repeating: 0, count: domains.count)
    while true {
      var memory = Self.memory(domains, choice, slots: linked.table.slots.count)
      let result = linked.table.nodes[Int(list.place)].resultSlot
      if let output = linked.outputSlot, result != noIndex {
        memory.set(Int(output), memory.value(Int(result)))
      }
      let isOpen = guards.contains { program in
        if case .isFalse = linked.test(program, memory) { false } else { true }
      }
      if !isOpen {
        let witness = zip(domains, choice).map { domain, position in
          let path = ([domain.path.variable] + domain.path.fields).joined(separator: ".")
          return "`\(path)` is \(Self.spelled(domain.values[position]))"
        }.joined(separator: " and ")
        report(Messages.incompleteGuards(name, witness: witness, at: list.span, isError: isHouse))
        return
      }
      var position = 0
      while position < choice.count {
        choice[position] += 1
        if choice[position] < domains[position].values.count { break }
        choice[position] = 0
        position += 1
      }
      if position == choice.count { return }
    }
  }

  /// The values of every path that the guards read; nil when one has no finite, small domain.
  private func domains(
    of guards: [PoolIndex],
    at place: NodeIndex,
    _ linked: LinkedTable
  ) -> [Domain]? {
    var domains: [Domain] = []
    var combinations = 1
    for program in guards {
      for read in linked.programs[Int(program)]?.reads ?? [] {
        guard let path = owned(read, at: place, linked) else { return nil }
        let isKnown = domains.contains {
          $0.path.slot == path.slot && $0.path.fields == path.fields
        }
        if isKnown { continue }
        guard let values = values(of: path, linked), !values.isEmpty else { return nil }
        combinations *= values.count
        guard combinations <= Self.maxCombinations else { return nil }
        domains.append(Domain(path: path, values: values))
      }
    }
    return domains.isEmpty ? nil : domains
  }

  /// `output` in the edges of a step is that step's result: one value under two names.
  private func owned(_ path: ValuePath, at place: NodeIndex, _ linked: LinkedTable) -> ValuePath? {
    guard path.slot >= 0, path.slot < linked.table.slots.count else { return nil }
    guard linked.table.slots[path.slot].kind == .output else { return path }
    let slot = linked.table.nodes[Int(place)].resultSlot
    guard slot != noIndex else { return nil }
    var path = path
    path.slot = Int(slot)
    path.variable = linked.table.slots[Int(slot)].name
    return path
  }

  /// What a path may hold, when its schema enumerates it.
  private func values(of path: ValuePath, _ linked: LinkedTable) -> [Value]? {
    guard !path.fields.isEmpty,
      path.slot >= 0, path.slot < linked.environment.variables.count
    else { return nil }
    var type = linked.environment.variables[path.slot].type
    for (depth, name) in path.fields.enumerated() {
      guard case .record(let record) = type,
        let field = linked.environment.records.field(name, of: record)
      else { return nil }
      guard depth == path.fields.count - 1 else {
        type = field.type
        continue
      }
      if let texts = field.allowedTexts { return texts.map { .string($0) } }
      return field.type == .bool ? [.bool(true), .bool(false)] : nil
    }
    return nil
  }

  private static func memory(_ domains: [Domain], _ choice: [Int], slots: Int) -> Memory {
    var roots: [Int: Value] = [:]
    for (domain, position) in zip(domains, choice) {
      let root = roots[domain.path.slot] ?? .map([:])
      roots[domain.path.slot] = setting(
        domain.values[position],
        at: domain.path.fields[...],
        in: root
      )
    }
    var memory = Memory(slotCount: slots)
    for (slot, value) in roots { memory.set(slot, value) }
    return memory
  }

  private static func setting(_ value: Value, at path: ArraySlice<String>, in root: Value) -> Value
  {
    guard let first = path.first else { return value }
    var fields = ValueMap()
    if case .map(let known) = root { fields = known }
    fields[first] = setting(value, at: path.dropFirst(), in: fields[first] ?? .map([:]))
    return .map(fields)
  }

  private static func spelled(_ value: Value) -> String {
    switch value {
    case .string(let text): "'\(text)'"
    case .bool(let bool): bool ? "true" : "false"
    default: value.kindName
    }
  }

  // MARK: Types of what is written

  private mutating func checkAssignments(_ linked: LinkedTable) {
    guard let slot = linked.stateSlot,
      let type = linked.environment.variables.first(where: { $0.slot == Int(slot) })?.type,
      case .record(let record) = type
    else { return }
    for entry in linked.table.assignments {
      guard let field = linked.environment.records.field(entry.field, of: record) else { continue }
      checkFit(entry.program, into: field, named: "state.\(entry.field)", linked)
    }
  }

  private mutating func checkCalls(_ linked: LinkedTable) {
    var types: [PoolIndex: ExpressionType] = [:]
    var schemaTypes = SchemaTypes()
    for effect in linked.table.effects {
      let performer = linked.table.performers[Int(effect.performer)]
      guard let schema = linked.schema(performer.inputSchema) else { continue }
      let type: ExpressionType
      if let known = types[performer.inputSchema] {
        type = known
      } else {
        type = schemaTypes.type(of: schema, name: "schema \(performer.inputSchema)")
        types[performer.inputSchema] = type
      }
      guard case .record(let record) = type else { continue }
      for index in effect.input {
        let entry = linked.table.fields[Int(index)]
        guard let field = schemaTypes.records.field(entry.name, of: record) else { continue }
        checkFit(entry.program, into: field, named: "\(performer.id).\(entry.name)", linked)
      }
    }
  }

  private mutating func checkFit(
    _ program: PoolIndex,
    into field: RecordField,
    named name: String,
    _ linked: LinkedTable
  ) {
    guard let compiled = linked.programs[Int(program)] else { return }
    guard !Self.fits(compiled.type, field.type) else { return }
    report(
      Messages.wrongType(
        name,
        wants: Self.spelled(field.type),
        gets: Self.spelled(compiled.type),
        conversion: Self.conversion(to: field.type),
        at: linked.table.debug.programs[Int(program)]?.span
          ?? linked.table.debug.structures[program]?.span
      )
    )
  }

  /// The function that converts scalars to a type.
  private static func conversion(to type: ExpressionType) -> String? {
    switch type {
    case .string: "string"
    case .int: "int"
    case .double: "double"
    case .bool: "bool"
    default: nil
    }
  }

  /// Whether a value of a type can be one of another; what is not known fits.
  private static func fits(_ given: ExpressionType, _ wanted: ExpressionType) -> Bool {
    switch (given, wanted) {
    case (.optional(let wrapped), _): fits(wrapped, wanted)
    case (.wrapper(let wrapped), _): fits(wrapped, wanted)
    case (.string, .bool), (.string, .int), (.string, .double), (.string, .list), (.string, .map),
      (.string, .record):
      false
    case (.bool, .string), (.bool, .int), (.bool, .double), (.bool, .list), (.bool, .map),
      (.bool, .record):
      false
    case (.int, .string), (.int, .bool), (.int, .list), (.int, .map), (.int, .record): false
    case (.double, .string), (.double, .bool), (.double, .int), (.double, .list), (.double, .map),
      (.double, .record):
      false
    case (.list, .string), (.list, .bool), (.list, .int), (.list, .double), (.list, .map),
      (.list, .record):
      false
    case (.list(let given), .list(let wanted)): fits(given, wanted)
    case (.map, .string), (.map, .bool), (.map, .int), (.map, .double), (.map, .list): false
    case (.record, .string), (.record, .bool), (.record, .int), (.record, .double),
      (.record, .list):
      false
    default: true
    }
  }

  static func spelled(_ type: ExpressionType) -> String {
    switch type {
    case .string: "text"
    case .bool: "a boolean"
    case .int, .uint: "an integer"
    case .double: "a number"
    case .list: "a list"
    case .map, .record: "a mapping"
    case .optional(let wrapped): spelled(wrapped)
    default: type.name
    }
  }
}
