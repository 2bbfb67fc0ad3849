import Source
import Values

extension Builder {
  mutating func comprehension(_ node: Int32) -> Piece {
    let children = Array(tree.children(node))
    let source = build(children[0]).code
    let places = localPlaces(node)
    let parts = children.dropFirst().map { build($0) }
    let isPair = tree[node].second >= 0
    let loop = Loop(
      source: source,
      first: places.first,
      second: isPair ? places.second : nil,
      range: tree[node].range
    )
    let macro = Comprehension(rawValue: tree[node].code) ?? .all
    switch macro {
    case .all: return Piece(code: loop.search(parts[0].code, decisive: false))
    case .exists: return Piece(code: loop.search(parts[0].code, decisive: true))
    case .existsOne: return Piece(code: loop.one(parts[0].code))
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
          transform: parts[parts.count - 1].code,
          isEntry: macro == .transformMapEntry
        )
      )
    case .sortBy: return Piece(code: loop.sort(parts[0].code))
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
      // The macro's loop runs over an empty list.
      context.charge(CostUnits.list)
      context.setLocal(place, value(context))
      return body(context)
    })
  }

  mutating func block(_ node: Int32) -> Piece {
    let pieces = tree.children(node).map { build($0) }
    let place = localPlaces(node).first
    return Piece(code: { context in
      context.charge(CostUnits.list)
      for index in 0..<(pieces.count - 1) {
        context.setLocal(place + index, pieces[index].code(context))
      }
      return pieces[pieces.count - 1].code(context)
    })
  }

  mutating func optionalMap(_ node: Int32) -> Piece {
    let target = build(tree.child(node, 0)).code
    let body = build(tree.child(node, 1)).code
    let place = localPlaces(node).first
    let isFlat = tree[node].flag
    let range = tree[node].range
    return Piece(code: { context in
      context.charge(1)
      let cell = target(context)
      if cell.isError { return cell }
      guard cell.tag == Tag.optional else {
        return Arithmetic.noOverload("optMap", [cell], context, range)
      }
      if cell.isNone {
        context.charge(1)
        return .none
      }
      context.charge(isFlat ? 11 : 12)
      context.setLocal(place, cell.wrapped)
      let result = body(context)
      if result.isError || isFlat { return result }
      context.range = range
      return context.optional(result)
    })
  }

  mutating func list(_ node: Int32) -> Piece {
    let children = Array(tree.children(node))
    let pieces = children.map { build($0) }
    let optional = children.map { tree[$0].kind == .optionalElement }
    let range = tree[node].range
    return Piece(code: { context in
      context.charge(CostUnits.list)
      context.range = range
      var builder = ListBuilder(capacity: pieces.count, context)
      for index in 0..<pieces.count {
        let cell = pieces[index].code(context)
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
    let pieces = children.map { build($0) }
    let optional = children.map { tree[$0].kind == .optionalElement }
    let range = tree[node].range
    return Piece(code: { context in
      context.charge(CostUnits.map)
      var entries: [(Cell, Cell)] = []
      entries.reserveCapacity(pieces.count / 2)
      for index in stride(from: 0, to: pieces.count - 1, by: 2) {
        let key = pieces[index].code(context)
        if key.isError { return key }
        var value = pieces[index + 1].code(context)
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
