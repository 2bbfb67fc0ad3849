import Values

extension TransitionTable {
  /// Reads the binary form and checks every index in it.
  ///
  /// Hostile bytes give an error, never a trap: what this returns can be linked and run. The debug
  /// section is empty. O(size).
  public init(decoding bytes: [UInt8]) throws(TableError) {
    try self.init(decoding: bytes, depth: 0)
  }

  private init(decoding bytes: [UInt8], depth: Int) throws(TableError) {
    guard depth <= Self.depthLimit else {
      throw TableError("tables are nested more than \(Self.depthLimit) deep")
    }
    var reader = BinaryReader(bytes)
    var blocks: [(template: PoolIndex, bytes: [UInt8])] = []
    do {
      (self, blocks) = try reader.readTable()
    } catch {
      throw TableError("byte \(error.offset): \(error.message)")
    }
    for block in blocks {
      children.append(
        ChildTable(
          template: block.template,
          table: try TransitionTable(decoding: block.bytes, depth: depth + 1)
        )
      )
    }
    try TableValidator.validate(self)
  }
}

extension BinaryReader {
  /// A table and the encoded tables of its detached flows.
  fileprivate mutating func readTable() throws(BinaryError) -> (
    table: TransitionTable, children: [(template: PoolIndex, bytes: [UInt8])]
  ) {
    for byte in TransitionTable.codecMagic where try readByte() != byte {
      throw failure("not a table")
    }
    guard try readUnsigned() == TransitionTable.codecVersion else {
      throw failure("a table of another version")
    }
    var table = TransitionTable(name: try readText())
    table.nodes = try readList { (reader) throws(BinaryError) in try reader.readNode() }
    table.rows = try readList { (reader) throws(BinaryError) in try reader.readRow() }
    table.frames = try readList { (reader) throws(BinaryError) in try reader.readFrame() }
    table.joins = try readList { (reader) throws(BinaryError) in
      JoinPolicy(
        kind: try reader.readCase(JoinPolicy.Kind.self),
        count: try reader.readIndex(),
        failures: try reader.readIndex(),
        concurrency: try reader.readIndex(),
        itemError: try reader.readCase(JoinPolicy.ItemError.self)
      )
    }
    table.registers = try readList { (reader) throws(BinaryError) in
      RegisterEntry(
        kind: try reader.readCase(RegisterEntry.Kind.self),
        node: try reader.readIndex()
      )
    }
    table.historyCount = try readIndex()
    table.lists = try readList { (reader) throws(BinaryError) in try reader.readIndex() }
    table.actions = try readList { (reader) throws(BinaryError) in try reader.readAction() }
    table.blocks = try readList { (reader) throws(BinaryError) in try reader.readRange() }
    table.scopes = try readList { (reader) throws(BinaryError) in
      ScopeEntry(parent: try reader.readIndex())
    }
    try readPools(&table)
    try readRest(&table)
    var children: [(template: PoolIndex, bytes: [UInt8])] = []
    while !isAtEnd {
      switch try readCase(TransitionTable.TailKind.self) {
      case .child: children.append((template: try readIndex(), bytes: try readBlock()))
      case .planner: table.planners.append(try readPlanner())
      case .cap: table.caps.append(try readCap())
      case .outline: table.outlines.append(try readOutline())
      }
    }
    return (table, children)
  }

  private mutating func readCap() throws(BinaryError) -> BudgetCap {
    let owner: BudgetCap.Owner
    switch try readByte() {
    case 0: owner = .node(try readIndex())
    case 1: owner = .agent(try readText())
    default: throw failure("an unknown owner of a limit")
    }
    let account = try readText()
    let period = try readCase(RunLimits.Period.self)
    return BudgetCap(
      owner: owner,
      account: account,
      period: period,
      hardPicodollars: try readSigned()
    )
  }

  private mutating func readPools(_ table: inout TransitionTable) throws(BinaryError) {
    table.programs = try readList { (reader) throws(BinaryError) in
      ProgramSource(
        kind: try reader.readCase(ProgramSource.Kind.self),
        environment: try reader.readIndex(),
        scope: try reader.readIndex(),
        outputSchema: try reader.readIndex(),
        text: try reader.readText()
      )
    }
    table.assignments = try readList { (reader) throws(BinaryError) in
      AssignmentEntry(field: try reader.readText(), program: try reader.readIndex())
    }
    table.fields = try readList { (reader) throws(BinaryError) in
      FieldEntry(name: try reader.readText(), program: try reader.readIndex())
    }
    table.effects = try readList { (reader) throws(BinaryError) in
      EffectDescriptor(performer: try reader.readIndex(), input: try reader.readRange())
    }
    table.performers = try readList { (reader) throws(BinaryError) in
      try reader.readPerformer()
    }
    table.retries = try readList { (reader) throws(BinaryError) in
      var policy = RetryPolicy(
        maxAttempts: try reader.readIndex(),
        backoffMilliseconds: try reader.readSigned(),
        factorThousandths: try reader.readSigned()
      )
      policy.kinds = try reader.readKinds()
      return policy
    }
    table.schemas = try readTexts()
    table.schemaNames = try readFields()
    table.names = try readTexts()
    table.slots = try readList { (reader) throws(BinaryError) in
      SlotEntry(
        name: try reader.readText(),
        kind: try reader.readCase(SlotEntry.Kind.self),
        schema: try reader.readIndex(),
        scope: try reader.readIndex()
      )
    }
    table.aliases = try readList { (reader) throws(BinaryError) in
      AliasEntry(
        name: try reader.readText(),
        variable: try reader.readText(),
        fields: try reader.readTexts(),
        scope: try reader.readIndex()
      )
    }
  }

  private mutating func readRest(_ table: inout TransitionTable) throws(BinaryError) {
    table.start = try readIndex()
    table.initialState = try readText()
    table.inputDefaults = try readText()
    table.result = try readRange()
    table.publicEnvironment = try readTexts()
    var limits = RunLimits()
    limits.maxSteps = try readSigned()
    limits.timeoutMilliseconds = try readSigned()
    limits.graceMilliseconds = try readSigned()
    limits.timeoutTarget = try readIndex()
    limits.hardPicodollars = try readSigned()
    limits.softPicodollars = try readSigned()
    limits.tokens = try readSigned()
    limits.period = try readCase(RunLimits.Period.self)
    limits.gate = try readCase(RunLimits.Gate.self)
    table.runLimits = limits
  }

  mutating func readRange() throws(BinaryError) -> Range<Int32> {
    let lower = try readIndex()
    let upper = try readIndex()
    guard lower <= upper else { throw failure("a range that ends before it starts") }
    return lower..<upper
  }

  private mutating func readTexts() throws(BinaryError) -> [String] {
    try readList { (reader) throws(BinaryError) in try reader.readText() }
  }

  private mutating func readFields() throws(BinaryError) -> [FieldText] {
    try readList { (reader) throws(BinaryError) in
      FieldText(name: try reader.readText(), text: try reader.readText())
    }
  }

  private mutating func readKinds() throws(BinaryError) -> ErrorKindSet {
    guard let bits = UInt32(exactly: try readUnsigned()) else { throw failure("unknown kinds") }
    let kinds = ErrorKindSet(rawValue: bits)
    guard ErrorKindSet.all.isSuperset(of: kinds) else { throw failure("unknown kinds") }
    return kinds
  }

  private mutating func readNode() throws(BinaryError) -> PlaceNode {
    var node = PlaceNode(
      name: try readText(),
      kind: try readCase(PlaceNode.Kind.self),
      parent: try readIndex()
    )
    node.subtreeEnd = try readIndex()
    node.effect = try readIndex()
    node.when = try readIndex()
    node.require = try readIndex()
    node.condition = try readIndex()
    node.assignments = try readRange()
    node.waitMilliseconds = try readSigned()
    node.deadlineMilliseconds = try readSigned()
    node.retry = try readIndex()
    node.visitsRegister = try readIndex()
    node.maxVisits = try readIndex()
    node.resultSlot = try readIndex()
    node.stepSlot = try readIndex()
    node.performerSlot = try readIndex()
    node.mergedKeys = try readTexts()
    node.saveAs = try readText()
    node.result = try readRange()
    node.isFailure = try readBool()
    node.rows = try readRange()
    node.initial = try readRange()
    node.initialActions = try readRange()
    node.entryBlocks = try readRange()
    node.exitBlocks = try readRange()
    node.join = try readIndex()
    node.template = try readIndex()
    node.input = try readRange()
    node.items = try readIndex()
    node.awaited = try readRange()
    node.content = try readIndex()
    node.history = try readIndex()
    node.isDeep = try readBool()
    node.isChart = try readBool()
    node.tree = try readTreePart()
    return node
  }

  private mutating func readRow() throws(BinaryError) -> Row {
    let place = try readIndex()
    var row = Row(place: place, event: try readCase(EventClass.self), target: noIndex)
    row.kinds = try readKinds()
    row.detail = try readSigned()
    row.guardProgram = try readIndex()
    row.isNegated = try readBool()
    row.guardErrorMode = try readCase(GuardErrorMode.self)
    row.assignments = try readRange()
    row.target = try readIndex()
    row.domain = try readRange()
    row.targets = try readRange()
    row.actions = try readRange()
    row.descriptors = try readRange()
    row.delay = try readIndex()
    row.isInternal = try readBool()
    row.counter = try readIndex()
    row.counterLimit = try readSigned()
    row.resets = try readRange()
    row.tree = try readTreeMove()
    return row
  }

  fileprivate mutating func readAction() throws(BinaryError) -> ActionEntry {
    var action = ActionEntry(
      kind: try readCase(ActionEntry.Kind.self),
      program: try readIndex(),
      text: try readText()
    )
    action.textProgram = try readIndex()
    action.id = try readText()
    action.idField = try readText()
    action.target = try readText()
    action.targetProgram = try readIndex()
    action.fields = try readRange()
    action.delayMilliseconds = try readSigned()
    action.delayProgram = try readIndex()
    action.body = try readRange()
    action.otherwise = try readRange()
    return action
  }

  fileprivate mutating func readFrame() throws(BinaryError) -> FrameTemplate {
    var frame = FrameTemplate(
      nodes: try readRange(),
      initial: try readIndex(),
      maxInstances: try readIndex(),
      registers: try readRange(),
      slots: try readRange()
    )
    frame.histories = try readRange()
    frame.scope = try readIndex()
    frame.result = try readRange()
    frame.initialState = try readText()
    return frame
  }

  private mutating func readPerformer() throws(BinaryError) -> Performer {
    let role = try readCase(Performer.Role.self)
    let id = try readText()
    let kind = try readCase(Performer.Kind.self)
    var performer = Performer(role: role, id: id, kind: kind, typeName: try readText())
    performer.action = try readText()
    performer.provider = try readText()
    performer.model = try readText()
    performer.temperatureThousandths = try readIndex()
    performer.endpoint = try readText()
    performer.keyVariable = try readText()
    performer.headers = try readFields()
    performer.arguments = try readTexts()
    performer.environmentNames = try readTexts()
    performer.roles = try readTexts()
    performer.prompt = try readIndex()
    performer.instructions = try readIndex()
    performer.inputSchema = try readIndex()
    performer.outputSchema = try readIndex()
    performer.promptTokens = try readSigned()
    performer.outputTokens = try readSigned()
    performer.turns = try readIndex()
    performer.isWrite = try readBool()
    performer.isIdempotent = try readBool()
    performer.costPerCallPicodollars = try readSigned()
    performer.grantedHosts = try readTexts()
    performer.grantedPrograms = try readTexts()
    performer.grantedEnvironment = try readTexts()
    performer.grantedModels = try readTexts()
    performer.grantedTools = try readTexts()
    return performer
  }
}
