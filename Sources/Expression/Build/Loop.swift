import Source
import Values

/// The loop of a macro over a list or map.
///
/// The price is that of the comprehension which the macro stands for in cel-go: for each element
/// the loop's condition and the accumulator that the step reads, after the last the result.
struct Loop {
  let source: Code
  let first: Int
  let second: Int?
  let range: TextRange

  /// Runs `body` for each element until it returns false; an error cell when the source is none.
  ///
  /// `price` is charged for each element, `check` for looking at the condition in vain when the
  /// loop ends before its last element.
  @inline(__always) private func run(
    _ context: Context,
    price: Int,
    check: Int = 0,
    _ body: (Cell) -> Bool
  ) -> Cell? {
    let cell = source(context)
    if cell.tag == Tag.list {
      let elements = cell.elements
      let count = elements.count
      for index in 0..<count {
        context.charge(price)
        if context.isExhausted { return context.exhausted(at: range) }
        let element = elements[index]
        if let second {
          context.setLocal(first, Cell(index))
          context.setLocal(second, element)
        } else {
          context.setLocal(first, element)
        }
        if !body(element) {
          if index + 1 < count { context.charge(check) }
          return nil
        }
      }
      return nil
    }
    guard cell.tag == Tag.map else {
      return cell.isError ? cell : Arithmetic.noOverload("comprehension", [cell], context, range)
    }
    let entries = cell.entries
    let count = entries.count
    for index in 0..<count {
      context.charge(price)
      if context.isExhausted { return context.exhausted(at: range) }
      context.setLocal(first, entries.key(index))
      if let second { context.setLocal(second, entries.value(index)) }
      if !body(entries.key(index)) {
        if index + 1 < count { context.charge(check) }
        return nil
      }
    }
    return nil
  }

  /// `exists` (decided by true) and `all` (decided by false); errors count only when undecided.
  func search(_ predicate: @escaping Code, decisive: Bool) -> Code {
    let check = LoopPrices.condition(decisive: decisive)
    return { context in
      context.charge(LoopPrices.result)
      var failure: Cell?
      var isDecided = false
      let trouble = run(context, price: check &+ LoopPrices.accumulator, check: check) { _ in
        let cell = predicate(context)
        if cell.isBool {
          if (cell.bits == 1) == decisive {
            isDecided = true
            return false
          }
        } else if failure == nil {
          failure = cell.isError ? cell : Arithmetic.noOverload("predicate", [cell], context, range)
        }
        return true
      }
      if let trouble { return trouble }
      if isDecided { return Cell(decisive) }
      return failure ?? Cell(!decisive)
    }
  }

  func one(_ predicate: @escaping Code) -> Code {
    { context in
      context.charge(LoopPrices.oneResult)
      var count = 0
      var failure: Cell?
      let trouble = run(context, price: LoopPrices.accumulator) { _ in
        let cell = predicate(context)
        if cell.isTrue {
          context.charge(LoopPrices.counted)
          count += 1
        } else if !cell.isBool {
          failure = cell.isError ? cell : Arithmetic.noOverload("predicate", [cell], context, range)
          return false
        }
        return true
      }
      return trouble ?? failure ?? Cell(count == 1)
    }
  }

  // Pieces rather than optional code: an optional closure is called through thunks.

  func collect(filter: Piece?, transform: Piece?) -> Code {
    let kept = transform == nil ? LoopPrices.keptElement : LoopPrices.keptValue
    return { context in
      context.charge(CostUnits.list &+ LoopPrices.result)
      context.range = range
      var builder = ListBuilder(capacity: 0, context)
      var failure: Cell?
      let trouble = run(context, price: LoopPrices.accumulator) { element in
        if let filter {
          let cell = filter.code(context)
          if cell.isFalse { return true }
          if !cell.isBool {
            failure = cell.isError ? cell : Arithmetic.noOverload("filter", [cell], context, range)
            return false
          }
        }
        context.charge(kept)
        guard let transform else {
          builder.append(element, context)
          return true
        }
        let cell = transform.code(context)
        if cell.isError {
          failure = cell
          return false
        }
        builder.append(cell, context)
        return true
      }
      return trouble ?? failure ?? builder.finish(context)
    }
  }

  func collectMap(filter: Piece?, transform: @escaping Code, isEntry: Bool) -> Code {
    let kept = isEntry ? LoopPrices.keptEntries : LoopPrices.keptEntry
    return { context in
      context.charge(CostUnits.map &+ LoopPrices.result)
      var entries: [(Cell, Cell)] = []
      var failure: Cell?
      let trouble = run(context, price: LoopPrices.accumulator) { _ in
        if let filter {
          let cell = filter.code(context)
          if cell.isFalse { return true }
          if !cell.isBool {
            failure = cell.isError ? cell : Arithmetic.noOverload("filter", [cell], context, range)
            return false
          }
        }
        context.charge(kept)
        let cell = transform(context)
        if cell.isError {
          failure = cell
          return false
        }
        guard isEntry else {
          entries.append((context.local(first), cell))
          return true
        }
        guard cell.tag == Tag.map else {
          failure = Arithmetic.noOverload("transformMapEntry", [cell], context, range)
          return false
        }
        // A map of many entries may be one that was made before.
        context.charge(max(0, cell.count - 1))
        if context.isExhausted { return true }
        for index in 0..<cell.count {
          entries.append((cell.entries.key(index), cell.entries.value(index)))
        }
        return true
      }
      context.range = range
      return trouble ?? failure ?? context.map(entries)
    }
  }

  /// `sortBy`: stable, by keys of one kind.
  func sort(_ key: @escaping Code) -> Code {
    { context in
      context.charge(LoopPrices.sort)
      var pairs: [(Cell, Cell)] = []
      var failure: Cell?
      let trouble = run(context, price: LoopPrices.accumulator &+ LoopPrices.keptValue) { element in
        let cell = key(context)
        if cell.isError {
          failure = cell
          return false
        }
        pairs.append((cell, element))
        return true
      }
      if let failed = trouble ?? failure { return failed }
      context.range = range
      return ListFunctions.sorted(pairs, context)
    }
  }
}

/// What the parts of a macro's comprehension cost besides the parts that its user wrote.
enum LoopPrices {
  /// Reading the accumulator.
  static let accumulator = 1
  /// Reading the result.
  static let result = 1
  /// `@result == 1` of `existsOne`.
  static let oneResult = 2
  /// `@result + 1`, beside the accumulator.
  static let counted = 1
  /// `@result + [x]`: a list, the variable, the sum.
  static let keptElement = CostUnits.list + 2
  /// `@result + [value]`.
  static let keptValue = CostUnits.list + 1
  /// An entry under the loop's key: the key's variable and the call.
  static let keptEntry = 2
  /// The entries of a map: the call.
  static let keptEntries = 1
  /// The variable, the call and the two lists that `sortBy` makes.
  static let sort = 2 * CostUnits.list + 4

  /// `@not_strictly_false(@result)`, of `exists` with a negation.
  static func condition(decisive: Bool) -> Int { decisive ? 3 : 2 }
}
