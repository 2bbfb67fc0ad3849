import Glibc
import Source
import Values

/// The state of one evaluation.
// INVARIANT: lives on the stack of `Evaluator.run`, which frees the chunks before it returns; no
// cell or context escapes it.
@safe struct EvaluationState {
  var slots: UnsafePointer<Cell>?
  var slotCount: Int
  var locals: UnsafeMutablePointer<Cell>?
  var cost: Int
  /// What is left of the limit beyond `cost`: an evaluation that can be cancelled gets its limit in
  /// slices and looks at its cancellation when one is used up.
  var reserve = 0
  var bump: UInt
  var end: UInt
  var range = TextRange(0, 0)
  var valueSize: Int
  /// Made when the first error, chunk or note needs it, and released by `Context.release`: most
  /// guards need none.
  var extras: Unmanaged<EvaluationExtras>?
}

/// What few evaluations need.
final class EvaluationExtras {
  var exhaustedAt: TextRange?
  var cancellation: Cancellation?
  var isCancelled = false
  /// Units charged below each node, its parts included, when they are counted.
  var charges: [Int] = []
  var chunks: [UInt] = []
  var errors: [EvaluationError] = []
  var nextError = 0
  var recorded: [Int32: Cell]?
  /// Owners of converted values.
  var blocks: [Block] = []
}

/// The one argument of compiled code: a reference to the state of the evaluation.
@safe struct Context {
  let state: UnsafeMutablePointer<EvaluationState>

  @inline(__always) init(_ state: UnsafeMutablePointer<EvaluationState>) {
    unsafe self.state = state
  }

  /// The cell of a slot; absent when the memory has no such slot.
  @inline(__always) func slot(_ index: Int) -> Cell {
    guard unsafe index < state.pointee.slotCount else { return .absent }
    return unsafe state.pointee.slots.unsafelyUnwrapped[index]
  }

  /// A comprehension variable.
  @inline(__always) func local(_ index: Int) -> Cell {
    unsafe state.pointee.locals.unsafelyUnwrapped[index]
  }

  @inline(__always) func setLocal(_ index: Int, _ cell: Cell) {
    unsafe state.pointee.locals.unsafelyUnwrapped[index] = cell
  }

  // MARK: Cost

  // Compiling with SIGNALBOX_UNMETERED leaves the meter out: scripts/bench-metering compares.
  @inline(__always) func charge(_ units: Int) {
    #if !SIGNALBOX_UNMETERED
    unsafe state.pointee.cost &-= units
    #endif
  }

  /// Whether the limit is reached, or the evaluation was cancelled.
  @inline(__always) var isExhausted: Bool { unsafe state.pointee.cost < 0 && isDrained() }

  /// Takes the next slice of the limit; true when there is none, or the evaluation was cancelled.
  @inline(never) private func isDrained() -> Bool {
    guard unsafe state.pointee.reserve > 0 else { return true }
    if extras.cancellation?.isCancelled ?? false {
      extras.isCancelled = true
      unsafe state.pointee.reserve = 0
      return true
    }
    let missing = unsafe 0 &- state.pointee.cost
    let wanted = missing.addingReportingOverflow(CostUnits.slice)
    let taken = unsafe min(state.pointee.reserve, wanted.overflow ? .max : wanted.partialValue)
    unsafe state.pointee.reserve -= taken
    unsafe state.pointee.cost += taken
    return unsafe state.pointee.cost < 0
  }

  /// Gives the limit in slices from now on, so that `cancellation` is looked at.
  func heed(_ cancellation: Cancellation) {
    extras.cancellation = cancellation
    extras.isCancelled = cancellation.isCancelled
    unsafe state.pointee.reserve = extras.isCancelled ? 0 : state.pointee.cost
    unsafe state.pointee.cost = extras.isCancelled ? -1 : 0
  }

  /// Whether the evaluation ended because it was cancelled.
  var isCancelled: Bool {
    guard let extras = unsafe state.pointee.extras else { return false }
    return unsafe extras._withUnsafeGuaranteedRef { $0.isCancelled }
  }

  /// Charges for walking `bytes` bytes of text: a tenth each, rounded down.
  @inline(__always) func chargeText(_ bytes: Int) { charge(CostUnits.walk(bytes)) }

  /// The error of the limit, or of the cancellation, and notes the place.
  func exhausted(at range: TextRange) -> Cell {
    unsafe state.pointee.reserve = 0
    unsafe state.pointee.cost = min(state.pointee.cost, -1)
    if extras.exhaustedAt == nil { extras.exhaustedAt = range }
    return extras.isCancelled
      ? fail(.cancelled, Messages.cancelled, at: range)
      : fail(.costExceeded, Messages.costExceeded, at: range)
  }

  /// Adds what a node used up, once `startNoting` was called: constants are folded before.
  func note(_ units: Int, at node: Int32) {
    if !extras.charges.isEmpty { extras.charges[Int(node)] += units }
  }

  // MARK: Errors

  /// The range that `fail` reports: set by calls before they run an implementation.
  @inline(__always) var range: TextRange {
    get { unsafe state.pointee.range }
    nonmutating set { unsafe state.pointee.range = newValue }
  }

  /// The cell of a value that stays alive until the evaluation ends.
  func value(_ value: Value) -> Cell {
    let block = Block(value)
    extras.blocks.append(block)
    return block.cell
  }

  /// An error cell at the current call.
  func fail(_ kind: EvaluationError.Kind, _ message: String) -> Cell {
    fail(kind, message, at: range)
  }

  /// An error cell.
  ///
  /// Errors that were absorbed are overwritten after a thousand.
  func fail(_ kind: EvaluationError.Kind, _ message: String, at range: TextRange) -> Cell {
    let error = EvaluationError(kind, message, at: range)
    let extras = extras
    let position: Int
    if extras.errors.count < 1_024 {
      position = extras.errors.count
      extras.errors.append(error)
    } else {
      position = 512 + extras.nextError % 512
      extras.nextError += 1
      extras.errors[position] = error
    }
    return Cell(tag: Tag.error, bits: UInt64(position))
  }

  /// The error of an error cell.
  func error(_ cell: Cell) -> EvaluationError {
    extras.errors[Int(cell.bits)]
  }

  // MARK: Allocation

  /// Memory that lives until the evaluation ends; nil when it would exceed the limits.
  ///
  /// The caller has charged for the contents before it asks.
  @inline(__always) func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer? {
    let aligned = UInt(byteCount + 15) & ~15
    let start = unsafe state.pointee.bump
    if unsafe state.pointee.end &- start >= aligned {
      unsafe state.pointee.bump = start + aligned
      return unsafe UnsafeMutableRawPointer(bitPattern: start)
    }
    return unsafe allocateChunk(byteCount)
  }

  @inline(never) private func allocateChunk(_ byteCount: Int) -> UnsafeMutableRawPointer? {
    guard !isExhausted, unsafe byteCount <= state.pointee.valueSize &* 64 else { return nil }
    let aligned = (byteCount + 15) & ~15
    let grown = 4_096 << min(extras.chunks.count, 8)
    let size = max(grown, aligned)
    guard let chunk = unsafe malloc(size) else { return nil }
    let start = UInt(bitPattern: chunk)
    extras.chunks.append(start)
    unsafe state.pointee.bump = start + UInt(aligned)
    unsafe state.pointee.end = start + UInt(size)
    return unsafe chunk
  }

  @inline(__always) func release() {
    guard let extras = unsafe state.pointee.extras else { return }
    unsafe releaseExtras(extras)
  }

  @inline(never) private func releaseExtras(_ extras: Unmanaged<EvaluationExtras>) {
    let owned = unsafe extras.takeRetainedValue()
    for chunk in owned.chunks { unsafe free(UnsafeMutableRawPointer(bitPattern: chunk)) }
  }

  /// What few evaluations need, made on first use.
  var extras: EvaluationExtras {
    if let known = unsafe state.pointee.extras { return unsafe known.takeUnretainedValue() }
    let made = EvaluationExtras()
    unsafe state.pointee.extras = Unmanaged.passRetained(made)
    return made
  }

  /// Whether a cell may become a value: see `Cell.isWithin`.
  func isWithinLimits(_ cell: Cell) -> Bool {
    unsafe cell.isWithin(state.pointee.valueSize)
  }

  /// The error of the size limit, or of the cost limit where that was reached.
  var tooLarge: Cell {
    isExhausted ? exhausted(at: range) : fail(.valueTooLarge, Messages.valueTooLarge)
  }

  // MARK: Making values

  /// Text of `count` bytes that `fill` writes; the bytes must be valid UTF-8.
  ///
  /// Charges for the bytes unless the caller has, as `isPaid` says.
  func text(
    _ count: Int,
    tag: UInt8 = Tag.string,
    isPaid: Bool = false,
    fill: (UnsafeMutablePointer<UInt8>) -> Void
  )
    -> Cell
  {
    if count == 0 { return Cell(tag: tag) }
    if !isPaid { chargeText(count) }
    if isExhausted { return exhausted(at: range) }
    guard unsafe count <= state.pointee.valueSize, let memory = unsafe allocate(count) else {
      return tooLarge
    }
    let bytes = unsafe memory.bindMemory(to: UInt8.self, capacity: count)
    unsafe fill(bytes)
    if tag == Tag.string { return unsafe .string(at: bytes, count: count) }
    return Cell(tag: tag, count: UInt32(count), bits: UInt64(UInt(bitPattern: bytes)))
  }

  /// A copy of Swift text.
  func text(_ string: String, isPaid: Bool = false) -> Cell {
    var string = string
    return string.withUTF8 { utf8 in
      unsafe text(utf8.count, isPaid: isPaid) { target in
        if let base = utf8.baseAddress { unsafe memcpy(target, base, utf8.count) }
      }
    }
  }

  /// A copy of bytes, as text or as bytes.
  func text(_ array: [UInt8], tag: UInt8 = Tag.string, isPaid: Bool = false) -> Cell {
    unsafe text(array.count, tag: tag, isPaid: isPaid) { target in
      unsafe array.withUnsafeBufferPointer { source in
        if let base = source.baseAddress { unsafe memcpy(target, base, array.count) }
      }
    }
  }

  /// Part of a text, sharing its bytes.
  func slice(_ view: TextView, _ start: Int, _ end: Int) -> Cell {
    guard end > start else { return .emptyText }
    return unsafe .string(
      at: UnsafePointer<UInt8>(bitPattern: UInt(view.address) + UInt(start)).unsafelyUnwrapped,
      count: end - start
    )
  }

  /// Two texts (or two byte strings) in one; the caller has charged.
  func join(_ left: Cell, _ right: Cell) -> Cell {
    if left.count == 0 { return right }
    if right.count == 0 { return left }
    return unsafe text(left.count + right.count, tag: left.tag, isPaid: true) { target in
      unsafe memcpy(
        target,
        UnsafeRawPointer(bitPattern: UInt(left.bits)).unsafelyUnwrapped,
        left.count
      )
      unsafe memcpy(
        target + left.count,
        UnsafeRawPointer(bitPattern: UInt(right.bits)).unsafelyUnwrapped,
        right.count
      )
    }
  }

  /// An optional that holds a value.
  func optional(_ value: Cell) -> Cell {
    guard let memory = unsafe allocate(16) else { return tooLarge }
    unsafe memory.storeBytes(of: value, as: Cell.self)
    return Cell(tag: Tag.optional, bits: UInt64(UInt(bitPattern: memory)))
  }

  /// A list of the given cells.
  func list(_ cells: [Cell]) -> Cell {
    var builder = ListBuilder(capacity: cells.count, self)
    for cell in cells { builder.append(cell, self) }
    return builder.finish(self)
  }

  /// A map; the builder's error when a key repeats or cannot be a key; the caller has charged.
  func map(_ entries: [(Cell, Cell)]) -> Cell {
    guard !entries.isEmpty else { return Cell(tag: Tag.map) }
    if isExhausted { return exhausted(at: range) }
    guard let memory = unsafe allocate(EntryList.byteCount(entries.count)) else { return tooLarge }
    let cells = unsafe memory.bindMemory(to: Cell.self, capacity: 2 * entries.count)
    for (index, entry) in entries.enumerated() {
      if !entry.0.isMapKey { return fail(.invalidArgument, Messages.badMapKey(entry.0)) }
      unsafe cells[2 * index] = entry.0
      unsafe cells[2 * index + 1] = entry.1
    }
    let address = UInt64(UInt(bitPattern: memory))
    guard EntryList(address: address, count: entries.count).buildIndex() else {
      return fail(.duplicateKey, Messages.duplicateKey(Self.repeatedKey(entries)))
    }
    return Cell(tag: Tag.map, count: UInt32(entries.count), bits: address)
  }

  private func repeatedKey(_ keys: [Cell]) -> Cell {
    for key in keys where key.keyHash == nil || key.isDouble {
      return fail(.invalidArgument, Messages.badMapKey(key))
    }
    return fail(.duplicateKey, Messages.duplicateKey(nil))
  }

  private static func repeatedKey(_ entries: [(Cell, Cell)]) -> Cell? {
    var hashes: Set<UInt64> = []
    for (key, _) in entries {
      if let hash = key.keyHash, !hashes.insert(hash).inserted { return key }
    }
    return nil
  }

  /// A record of the named type; `fields` in declaration order; the caller has charged.
  func record(_ typeName: Cell, _ fields: [(Cell, Cell)]) -> Cell {
    if isExhausted { return exhausted(at: range) }
    let byteCount = 16 + EntryList.byteCount(fields.count)
    guard let memory = unsafe allocate(byteCount) else { return tooLarge }
    let cells = unsafe memory.bindMemory(to: Cell.self, capacity: 2 * fields.count + 1)
    unsafe cells[0] = typeName
    for (index, entry) in fields.enumerated() {
      unsafe cells[2 * index + 1] = entry.0
      unsafe cells[2 * index + 2] = entry.1
    }
    let address = UInt64(UInt(bitPattern: memory))
    _ = EntryList(address: address + 16, count: fields.count).buildIndex()
    return Cell(tag: Tag.record, count: UInt32(fields.count), bits: address)
  }

  /// An opaque value of an extension's type.
  func opaque(_ typeName: Cell, _ canonical: Cell) -> Cell {
    guard let memory = unsafe allocate(32) else { return tooLarge }
    unsafe memory.storeBytes(of: typeName, as: Cell.self)
    unsafe memory.storeBytes(of: canonical, toByteOffset: 16, as: Cell.self)
    return Cell(tag: Tag.opaque, bits: UInt64(UInt(bitPattern: memory)))
  }

  /// A member of an enumeration.
  func enumeration(_ typeName: Cell, _ number: Int32) -> Cell {
    guard let memory = unsafe allocate(16) else { return tooLarge }
    unsafe memory.storeBytes(of: typeName, as: Cell.self)
    return Cell(
      tag: Tag.enumeration,
      count: UInt32(bitPattern: number),
      bits: UInt64(UInt(bitPattern: memory))
    )
  }
}

/// A list under construction in the arena; grows by doubling.
@safe struct ListBuilder {
  private var base: UnsafeMutablePointer<Cell>?
  private var capacity: Int
  private(set) var count = 0
  private var failure: Cell?

  init(capacity: Int, _ context: Context) {
    unsafe base = nil
    self.capacity = 0
    if capacity > 0 { reserve(capacity, context) }
  }

  private mutating func reserve(_ wanted: Int, _ context: Context) {
    if context.isExhausted {
      failure = context.exhausted(at: context.range)
      return
    }
    guard
      unsafe wanted <= context.state.pointee.valueSize,
      let memory = unsafe context.allocate(wanted * 16)
    else {
      failure = context.fail(.valueTooLarge, Messages.valueTooLarge)
      return
    }
    let grown = unsafe memory.bindMemory(to: Cell.self, capacity: wanted)
    if let base = unsafe base { unsafe grown.update(from: base, count: count) }
    unsafe base = grown
    capacity = wanted
  }

  @inline(__always) mutating func append(_ cell: Cell, _ context: Context) {
    if count == capacity { reserve(max(8, capacity * 2), context) }
    guard failure == nil, let base = unsafe base else { return }
    unsafe base[count] = cell
    count += 1
  }

  /// Appends the elements of a list; the caller has charged.
  mutating func append(contentsOf list: Cell, _ context: Context) {
    guard list.count > 0 else { return }
    if count + list.count > capacity {
      reserve(max(count + list.count, min(capacity * 2, 4_096)), context)
    }
    guard failure == nil, let base = unsafe base else { return }
    let source = unsafe UnsafePointer<Cell>(bitPattern: UInt(list.bits)).unsafelyUnwrapped
    unsafe (base + count).update(from: source, count: list.count)
    count += list.count
  }

  func finish(_ context: Context) -> Cell {
    if let failure { return failure }
    guard count > 0, let base = unsafe base else { return .emptyList }
    return Cell(
      tag: Tag.list,
      count: UInt32(count),
      bits: UInt64(UInt(bitPattern: base))
    )
  }
}

extension Context {
  /// Texts in one, `total` bytes with the separators between them; charges unless the caller has.
  func joined(_ cells: [Cell], _ total: Int, separator: Cell, isPaid: Bool = false) -> Cell {
    unsafe text(total, isPaid: isPaid) { target in
      var offset = 0
      for (index, cell) in cells.enumerated() {
        if index > 0, separator.count > 0 {
          unsafe memcpy(
            target + offset,
            UnsafeRawPointer(bitPattern: UInt(separator.bits)).unsafelyUnwrapped,
            separator.count
          )
          offset += separator.count
        }
        guard cell.count > 0 else { continue }
        unsafe memcpy(
          target + offset,
          UnsafeRawPointer(bitPattern: UInt(cell.bits)).unsafelyUnwrapped,
          cell.count
        )
        offset += cell.count
      }
    }
  }
}
