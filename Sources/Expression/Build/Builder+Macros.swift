import Source
import Values

extension Builder {
  mutating func comprehension(_ node: Int32) -> Piece {
    let children = Array(tree.children(node))
    let source = build(children[0]).code
    let places = localPlaces(node)
    let parts = children.dropFirst().map { build($0).code }
    let isPair = tree[node].second >= 0
    let loop = Loop(
      source: source,
      first: places.first,
      second: isPair ? places.second : nil,
      range: tree[node].range
    )
    let macro = Comprehension(rawValue: tree[node].code) ?? .all
    switch macro {
    case .all: return Piece(code: loop.search(parts[0], decisive: false))
    case .exists: return Piece(code: loop.search(parts[0], decisive: true))
    case .existsOne: return Piece(code: loop.one(parts[0]))
    case .filter: return Piece(code: loop.collect(filter: parts[0], transform: nil))
    case .map: return Piece(code: loop.collect(filter: nil, transform: parts[0]))
    case .filterMap, .transformList:
      return Piece(
        code: loop.collect(
          filter: parts.count > 1 ? parts[0] : nil,
          transform: parts[parts.count - 1]
        )
      )
    case .transformMap, .transformMapEntry:
      return Piece(
        code: loop.collectMap(
          filter: parts.count > 1 ? parts[0] : nil,
          transform: parts[parts.count - 1],
          isEntry: macro == .transformMapEntry
        )
      )
    case .sortBy: return Piece(code: loop.sort(parts[0]))
    }
  }

  /// Places of a macro's variables: declared in order, so the depth of the scope at the node.
  func localPlaces(_ node: Int32) -> (first: Int, second: Int) {
    let depth = places[Int(node)]
    return (Int(depth), Int(depth) + 1)
  }

  mutating func bind(_ node: Int32) -> Piece {
    let value = build(tree.child(node, 0)).code
    let body = build(tree.child(node, 1)).code
    let place = localPlaces(node).first
    return Piece(code: { context in
      context.setLocal(place, value(context))
      return body(context)
    })
  }

  mutating func block(_ node: Int32) -> Piece {
    let codes = tree.children(node).map { build($0).code }
    let place = localPlaces(node).first
    return Piece(code: { context in
      for index in 0..<(codes.count - 1) {
        context.setLocal(place + index, codes[index](context))
      }
      return codes[codes.count - 1](context)
    })
  }

  mutating func optionalMap(_ node: Int32) -> Piece {
    let target = build(tree.child(node, 0)).code
    let body = build(tree.child(node, 1)).code
    let place = localPlaces(node).first
    let isFlat = tree[node].flag
    let range = tree[node].range
    return Piece(code: { context in
      let cell = target(context)
      if cell.isError { return cell }
      guard cell.tag == Tag.optional else {
        return Arithmetic.noOverload("optMap", [cell], context, range)
      }
      if cell.isNone { return .none }
      context.setLocal(place, cell.wrapped)
      let result = body(context)
      if result.isError || isFlat { return result }
      context.range = range
      return context.optional(result)
    })
  }

  mutating func list(_ node: Int32) -> Piece {
    let children = Array(tree.children(node))
    let codes = children.map { build($0).code }
    let optional = children.map { tree[$0].kind == .optionalElement }
    let range = tree[node].range
    return Piece(code: { context in
      context.charge(10)
      context.range = range
      var builder = ListBuilder(capacity: codes.count, context)
      for (index, code) in codes.enumerated() {
        let cell = code(context)
        if cell.isError { return cell }
        guard optional[index] else {
          builder.append(cell, context)
          continue
        }
        guard cell.tag == Tag.optional else {
          return context.fail(.noSuchOverload, Messages.notOptional, at: range)
        }
        if !cell.isNone { builder.append(cell.wrapped, context) }
      }
      return builder.finish(context)
    })
  }

  mutating func map(_ node: Int32) -> Piece {
    let children = Array(tree.children(node))
    let codes = children.map { build($0).code }
    let optional = children.map { tree[$0].kind == .optionalElement }
    let range = tree[node].range
    return Piece(code: { context in
      context.charge(30)
      var entries: [(Cell, Cell)] = []
      entries.reserveCapacity(codes.count / 2)
      for index in stride(from: 0, to: codes.count - 1, by: 2) {
        let key = codes[index](context)
        if key.isError { return key }
        var value = codes[index + 1](context)
        if value.isError { return value }
        if optional[index] {
          guard value.tag == Tag.optional else {
            return context.fail(.noSuchOverload, Messages.notOptional, at: range)
          }
          if value.isNone { continue }
          value = value.wrapped
        }
        entries.append((key, value))
      }
      context.range = range
      return context.map(entries)
    })
  }
}

/// The loop of a macro over a list or map.
struct Loop {
  let source: Code
  let first: Int
  let second: Int?
  let range: TextRange

  /// Runs `body` for each element until it returns false; an error cell when the source is none.
  @inline(__always) private func run(_ context: Context, _ body: (Cell) -> Bool) -> Cell? {
    let cell = source(context)
    if cell.tag == Tag.list {
      let elements = cell.elements
      for index in 0..<elements.count {
        context.charge(2)
        if context.isExhausted { return context.exhausted(at: range) }
        let element = elements[index]
        if let second {
          context.setLocal(first, Cell(index))
          context.setLocal(second, element)
        } else {
          context.setLocal(first, element)
        }
        if !body(element) { return nil }
      }
      return nil
    }
    guard cell.tag == Tag.map else {
      return cell.isError ? cell : Arithmetic.noOverload("comprehension", [cell], context, range)
    }
    let entries = cell.entries
    for index in 0..<entries.count {
      context.charge(2)
      if context.isExhausted { return context.exhausted(at: range) }
      context.setLocal(first, entries.key(index))
      if let second { context.setLocal(second, entries.value(index)) }
      if !body(entries.key(index)) { return nil }
    }
    return nil
  }

  /// `exists` (decided by true) and `all` (decided by false); errors count only when undecided.
  func search(_ predicate: @escaping Code, decisive: Bool) -> Code {
    { context in
      var failure: Cell?
      var isDecided = false
      let trouble = run(context) { _ in
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
      var count = 0
      var failure: Cell?
      let trouble = run(context) { _ in
        let cell = predicate(context)
        if cell.isTrue {
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

  func collect(filter: Code?, transform: Code?) -> Code {
    { context in
      context.charge(10)
      context.range = range
      var builder = ListBuilder(capacity: 0, context)
      var failure: Cell?
      let trouble = run(context) { element in
        if let filter {
          let cell = filter(context)
          if cell.isFalse { return true }
          if !cell.isBool {
            failure = cell.isError ? cell : Arithmetic.noOverload("filter", [cell], context, range)
            return false
          }
        }
        guard let transform else {
          builder.append(element, context)
          return true
        }
        let cell = transform(context)
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

  func collectMap(filter: Code?, transform: @escaping Code, isEntry: Bool) -> Code {
    { context in
      context.charge(30)
      var entries: [(Cell, Cell)] = []
      var failure: Cell?
      let trouble = run(context) { _ in
        if let filter {
          let cell = filter(context)
          if cell.isFalse { return true }
          if !cell.isBool {
            failure = cell.isError ? cell : Arithmetic.noOverload("filter", [cell], context, range)
            return false
          }
        }
        let cell = transform(context)
        if cell.isError {
          failure = cell
          return false
        }
        if isEntry {
          guard cell.tag == Tag.map else {
            failure = Arithmetic.noOverload("transformMapEntry", [cell], context, range)
            return false
          }
          for index in 0..<cell.count {
            entries.append((cell.entries.key(index), cell.entries.value(index)))
          }
        } else {
          entries.append((context.local(first), cell))
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
      var pairs: [(Cell, Cell)] = []
      var failure: Cell?
      let trouble = run(context) { element in
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
