extension CostEstimator {
  /// The loop of a macro: see `Loop`.
  mutating func comprehension(_ node: Int32) -> Estimate {
    let tree = checker.tree
    let children = Array(tree.children(node))
    let source = estimate(children[0])
    declareVariables(of: node, source.shape)
    let parts = children.dropFirst().map { estimate($0) }
    let count = (least: source.shape.least, most: source.shape.most)
    let macro = Comprehension(rawValue: tree[node].code) ?? .all
    switch macro {
    case .all, .exists: return search(source, parts[0], decisive: macro == .exists)
    case .existsOne:
      let part = parts[0]
      return loop(
        source,
        base: LoopPrices.oneResult,
        least: part.least.plus(LoopPrices.accumulator),
        worst: part.worst.plus(LoopPrices.accumulator + LoopPrices.counted),
        .scalar
      )
    case .filter:
      return loop(
        source,
        base: CostUnits.list + LoopPrices.result,
        least: parts[0].least.plus(LoopPrices.accumulator),
        worst: parts[0].worst.plus(LoopPrices.accumulator + LoopPrices.keptElement),
        .list(0, count.most, of: firstVariable(source.shape))
      )
    case .sortBy:
      let price = LoopPrices.accumulator + LoopPrices.keptValue + ListFunctions.sortPrice
      return loop(
        source,
        base: LoopPrices.sort,
        least: parts[0].least.plus(price),
        worst: parts[0].worst.plus(price),
        .list(count.least, count.most, of: firstVariable(source.shape))
      )
    case .map, .filterMap, .transformList, .transformMap, .transformMapEntry:
      return transform(macro, source, parts)
    }
  }

  private mutating func declareVariables(of node: Int32, _ source: Shape) {
    let place = Int(checker.places[Int(node)])
    guard checker.tree[node].second >= 0 else {
      setLocal(place, firstVariable(source))
      return
    }
    setLocal(place, source.kinds.contains(.map) ? source.key.union(.scalar) : .scalar)
    setLocal(place + 1, source.element)
  }

  /// The only variable: an element of a list, a key of a map.
  private func firstVariable(_ source: Shape) -> Shape {
    guard source.kinds.contains(.map) else { return source.element }
    return source.kinds.contains(.list) ? source.element.union(source.key) : source.key
  }

  /// A loop over all elements.
  private func loop(
    _ source: Estimate,
    base: Int,
    least: Int,
    worst: Int,
    _ shape: Shape
  ) -> Estimate {
    Estimate(
      least: source.least.plus(base).plus(source.shape.least.times(least)),
      worst: source.worst.plus(base).plus(source.shape.most.times(worst)),
      failing: source.absorbed,
      shape
    )
  }

  /// `exists` and `all`: the first element may decide, and errors may be absorbed.
  private func search(_ source: Estimate, _ part: Estimate, decisive: Bool) -> Estimate {
    let check = LoopPrices.condition(decisive: decisive)
    let price = check + LoopPrices.accumulator
    var least = source.least.plus(LoopPrices.result)
    if source.shape.least > 0 { least = least.plus(part.absorbed).plus(price) }
    if source.shape.least > 1 { least = least.plus(min(check, part.absorbed.plus(price))) }
    return Estimate(
      least: least,
      worst: source.worst.plus(LoopPrices.result)
        .plus(source.shape.most.times(part.worst.plus(price))),
      failing: source.absorbed,
      .scalar
    )
  }

  private func transform(
    _ macro: Comprehension,
    _ source: Estimate,
    _ parts: [Estimate]
  ) -> Estimate {
    let isMap = macro == .transformMap || macro == .transformMapEntry
    let value = parts[parts.count - 1]
    let kept: Int
    switch macro {
    case .transformMap: kept = LoopPrices.keptEntry
    case .transformMapEntry: kept = LoopPrices.keptEntries
    default: kept = LoopPrices.keptValue
    }
    var least = value.least.plus(kept)
    var worst = value.worst.plus(kept)
    var count = (least: source.shape.least, most: source.shape.most)
    if macro == .transformMapEntry {
      worst = worst.plus(max(0, value.shape.most - 1))
      count = (0, source.shape.most.times(value.shape.most))
    }
    if parts.count > 1 {
      least = parts[0].least
      worst = worst.plus(parts[0].worst)
      count.least = 0
    }
    let shape: Shape
    if macro == .transformMapEntry {
      shape = .map(0, count.most, keys: value.shape.key, values: value.shape.element)
    } else if isMap {
      let key = source.shape.kinds.contains(.map) ? source.shape.key.union(.scalar) : .scalar
      shape = .map(count.least, count.most, keys: key, values: value.shape)
    } else {
      shape = .list(count.least, count.most, of: value.shape)
    }
    return loop(
      source,
      base: (isMap ? CostUnits.map : CostUnits.list) + LoopPrices.result,
      least: least.plus(LoopPrices.accumulator),
      worst: worst.plus(LoopPrices.accumulator),
      shape
    )
  }
}
