import Source
import Values

// Queries in expressions: their texts are constant, so that they are checked here.
extension Checker {
  /// `jsonpath(value, 'query')` and its kin; without a value the query reads the flow itself.
  mutating func query(
    _ form: QueryForm,
    _ node: Int32,
    _ nodes: [Int32]
  ) -> ExpressionType {
    let types = nodes.map { check($0) }
    guard let textNode = nodes.last, nodes.count <= 2 else {
      mistake(
        .celTypes,
        Messages.noOverload(form.rawValue, types),
        at: node,
        hint: Messages.queryHint(form)
      )
      return form.type
    }
    guard tree[textNode].kind == .literal, case .string(let text) = tree.constant(textNode) else {
      mistake(.celTypes, Messages.queryNotText, at: textNode, hint: Messages.queryHint(form))
      return form.type
    }
    guard let language = environment.queryLanguage else {
      mistake(.celUnknownFunction, Messages.noQueries, at: node)
      return form.type
    }
    let source = written(text, at: tree[textNode].range)
    let (reading, findings) = language.read(source)
    reporter.report(findings)
    guard let reading else { return form.type }
    var members: [QueryCall.Member]?
    if nodes.count == 1 {
      members = self.members(reading.ways, at: textNode, source)
    } else {
      for way in reading.ways {
        _ = fields(way.names[...], of: types[0], at: textNode, source.span(way.range))
      }
    }
    queries[node] = QueryCall(form: form, number: reading.number, members: members)
    bindings[Int(node)] = .query
    return form.type
  }

  /// The text of a literal with its places in the file.
  private func written(_ text: String, at range: TextRange) -> SourceText {
    let all = Array(reporter.source.text.utf8)
    let token = all[Int(range.start)..<min(Int(range.end), all.count)]
    // A guard that is a query stands without quotes.
    if token.first == 0x24 { return reporter.source.slice(range) }
    guard let quote = token.firstIndex(where: { $0 == 0x22 || $0 == 0x27 }) else {
      return reporter.source.slice(range)
    }
    let isTriple = token[quote...].starts(with: [token[quote], token[quote], token[quote]])
    let width = isTriple && token.endIndex - quote >= 6 ? 3 : 1
    let inner = (quote + width)..<max(quote + width, token.endIndex - width)
    let isRaw = token[..<quote].contains { $0 | 0x20 == 0x72 }
    if isRaw || !all[inner].contains(0x5C) {
      return reporter.source.slice(TextRange(inner.lowerBound, inner.upperBound))
    }
    var segments: [SourceText.Segment] = []
    var offset = inner.lowerBound
    var length = 0
    while offset < inner.upperBound {
      segments.append(
        SourceText.Segment(
          textOffset: length,
          fileOffset: reporter.source.fileOffset(of: offset)
        )
      )
      if all[offset] == 0x5C, offset + 1 < inner.upperBound {
        let end = min(offset + Literals.escapeLength(all[offset + 1]), inner.upperBound)
        let piece = [0x22] + all[offset..<end] + [0x22]
        if case .string(let decoded)? = try? Literals.text(piece[...]) {
          length += decoded.utf8.count
        }
        offset = end
      }
      while offset < inner.upperBound, all[offset] != 0x5C {
        offset += 1
        length += 1
      }
    }
    return SourceText(
      file: reporter.source.file,
      text: text,
      segments: segments,
      fileEnd: reporter.source.fileOffset(of: inner.upperBound)
    )
  }

  /// The variables that a query on the flow can reach.
  private mutating func members(
    _ ways: [QueryReading.Way],
    at node: Int32,
    _ source: SourceText
  ) -> [QueryCall.Member] {
    let known = environment.queryVariables.compactMap { name -> QueryCall.Member? in
      guard let variable = environment.variableIndex[name] else { return nil }
      guard let dot = name.firstIndex(of: ".") else {
        return QueryCall.Member(name: name, inner: nil, variable: variable)
      }
      let inner = String(name[name.index(after: dot)...])
      return QueryCall.Member(name: String(name[..<dot]), inner: inner, variable: variable)
    }
    var wanted: Set<Int> = []
    for way in ways {
      guard let first = way.names.first else { return known }
      let found = known.filter { $0.name.sameScalars(as: first) }
      guard !found.isEmpty else {
        unknownMember(way.names, among: known, source.span(way.range))
        continue
      }
      guard found.allSatisfy({ $0.inner != nil }) else {
        wanted.formUnion(found.map(\.variable))
        let type = environment.variables[found[0].variable].type
        _ = fields(way.names.dropFirst(), of: type, at: node, source.span(way.range))
        continue
      }
      guard way.names.count > 1 else {
        wanted.formUnion(found.map(\.variable))
        continue
      }
      let inner = found.filter { $0.inner?.sameScalars(as: way.names[1]) ?? false }
      guard let only = inner.first else {
        unknownMember(way.names, among: known, source.span(way.range))
        continue
      }
      wanted.insert(only.variable)
      let type = environment.variables[only.variable].type
      _ = fields(way.names.dropFirst(2), of: type, at: node, source.span(way.range))
    }
    return known.filter { wanted.contains($0.variable) }
  }

  private mutating func unknownMember(
    _ names: [String],
    among known: [QueryCall.Member],
    _ span: SourceSpan
  ) {
    let isInner = names.count > 1 && known.contains { $0.name.sameScalars(as: names[0]) }
    let given = isInner ? names[1] : names[0]
    var candidates: [String] = []
    for member in known {
      let name =
        isInner ? (member.name.sameScalars(as: names[0]) ? member.inner : nil) : member.name
      if let name, !candidates.contains(where: { $0.sameScalars(as: name) }) {
        candidates.append(name)
      }
    }
    let refusal = isInner ? nil : environment.refusalIndex[given]
    let near = Suggestion.nearest(to: given, in: candidates.sorted())
    reporter.report([
      Diagnostic(
        refusal == nil ? .celUnknownName : .celRefusedName,
        .error,
        refusal?.message ?? Messages.unknownMember(given, of: isInner ? "$.\(names[0])" : "$"),
        at: span,
        hint: refusal.map(\.hint) ?? Messages.didYouMean(near) ?? Messages.known(candidates)
      )
    ])
  }

  /// Follows names through declared fields; reports a name that can never be there.
  private mutating func fields(
    _ names: ArraySlice<String>,
    of type: ExpressionType,
    at node: Int32,
    _ span: SourceSpan
  ) -> ExpressionType {
    var type = unifier.resolve(type)
    for name in names {
      if case .optional(let wrapped) = type { type = unifier.resolve(wrapped) }
      guard case .record(let record) = type else { return .dyn }
      guard let declared = environment.records.fields(of: record) else { return .dyn }
      guard let field = environment.records.field(name, of: record) else {
        let known = declared.map(\.name)
        reporter.report([
          Diagnostic(
            .celUnknownField,
            .error,
            Messages.unknownField(name, record),
            at: span,
            hint: Messages.didYouMean(Suggestion.nearest(to: name, in: known))
              ?? Messages.fieldList(known)
          )
        ])
        return .error
      }
      type = unifier.resolve(field.type)
    }
    return type
  }
}
