import Source
import Values

extension Builder {
  /// A call of a query function.
  mutating func query(_ node: Int32) -> Piece {
    guard let call = queries[node], let language = environment.queryLanguage else {
      return failing(.unknownFunction, Messages.noQueries, node)
    }
    let range = tree[node].range
    let document: @Sendable (Context) -> (Value?, Cell)
    if let members = call.members {
      let places = members.map { member in
        (member.name, member.inner, environment.variables[member.variable].slot)
      }
      document = { context in (Builder.root(places, context), .null) }
    } else {
      let code = build(tree.child(node, 0)).code
      document = { context in
        let cell = code(context)
        if cell.isError { return (nil, cell) }
        guard context.isWithinLimits(cell) else { return (nil, context.tooLarge) }
        return (cell.value, cell)
      }
    }
    let (form, number) = (call.form, call.number)
    return Piece(code: { context in
      context.charge(1)
      let (value, cell) = document(context)
      guard let value else { return cell }
      context.charge(Builder.size(of: value))
      if context.isExhausted { return context.exhausted(at: range) }
      let selection: QuerySelection
      do throws(EvaluationError) {
        selection = try language.select(number, in: value, isFirstEnough: form != .list)
      } catch {
        return context.fail(error.kind, error.message, at: range)
      }
      context.charge(selection.cost)
      if context.isExhausted { return context.exhausted(at: range) }
      switch form {
      case .list: return context.value(.list(selection.values))
      case .first: return context.value(.optional(selection.values.first))
      case .exists: return Cell(!selection.values.isEmpty)
      }
    })
  }

  /// The root of queries on the flow: what has no value yet is no member.
  private static func root(
    _ places: [(name: String, inner: String?, slot: Int)],
    _ context: Context
  ) -> Value {
    var root = ValueMap()
    for place in places {
      let cell = context.slot(place.slot)
      guard cell.tag != Tag.absent else { continue }
      guard let inner = place.inner else {
        root[place.name] = cell.value
        continue
      }
      var group = ValueMap()
      if case .map(let known)? = root[place.name] { group = known }
      // The root lets go of the group first, so that it grows in place.
      root[place.name] = .null
      group[inner] = cell.value
      root[place.name] = .map(group)
    }
    return .map(root)
  }

  /// Values in a value: what preparing it for a query costs, in CEL cost units.
  private static func size(of value: Value) -> Int {
    switch value {
    case .list(let elements): elements.reduce(1) { $0 + size(of: $1) }
    case .map(let map), .record(_, let map): map.entries.reduce(1) { $0 + size(of: $1.value) }
    case .string(let text): 1 + text.utf8.count / 10
    default: 1
    }
  }
}
