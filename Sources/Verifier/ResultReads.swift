import Expression
import Source
import Table

extension Inspection {
  /// Reads of a step's result that some way reaches without the step having succeeded.
  mutating func findUnwrittenReads(_ flow: ResultFlow) {
    guard flow.factCount > 0 else { return }
    let results = flow.writes(of: part)
    var hasReads = false
    var isComplete = true
    var seen: Set<String> = []
    for read in collectReads() {
      let place = read.place
      guard graph.isReachable[place] else { continue }
      for path in reads(of: read.program) where !path.isOptionalAccess {
        guard let fact = results.fact(ofSlot: path.slot) else { continue }
        hasReads = true
        if read.afterOwnSuccess, results.writes(place, fact) { continue }
        if results.isWritten(fact, at: place) { continue }
        isComplete = false
        let name = ([path.variable] + path.fields).joined(separator: ".")
        guard seen.insert("\(place) \(read.program) \(name)").inserted else { continue }
        report.findings.append(finding(read, path, fact, results))
      }
    }
    let line = "every result is written before it is read"
    if !isComplete { proofs.refute(line) } else if hasReads { proofs.hold(line) }
  }

  /// A program that a place evaluates.
  private struct Read {
    var place: Int
    var program: PoolIndex
    /// Whether the place's own result is there by then.
    var afterOwnSuccess = false
    var isResult = false
  }

  private func collectReads() -> [Read] {
    var list: [Read] = []
    for place in leaves {
      let node = table.nodes[place]
      list.append(Read(place: place, program: node.when))
      list.append(Read(place: place, program: node.items))
      for field in node.input {
        list.append(Read(place: place, program: table.fields[Int(field)].program))
      }
      if node.effect != noIndex {
        for field in table.effects[Int(node.effect)].input {
          list.append(Read(place: place, program: table.fields[Int(field)].program))
        }
      }
      // A decision with something to call decides after the call.
      let calls = node.effect != noIndex
      list.append(Read(place: place, program: node.condition, afterOwnSuccess: calls))
      list.append(Read(place: place, program: node.require, afterOwnSuccess: true))
      for field in node.result {
        list.append(
          Read(place: place, program: table.fields[Int(field)].program, afterOwnSuccess: true)
        )
      }
      for entry in node.assignments {
        list.append(
          Read(
            place: place,
            program: table.assignments[Int(entry)].program,
            afterOwnSuccess: true
          )
        )
      }
      for index in Int(node.rows.lowerBound)..<Int(node.rows.upperBound) {
        let row = table.rows[index]
        // A step that `when` skips takes its success rows without a result.
        let own = (row.event == .success || row.event == .always) && node.when == noIndex
        list.append(Read(place: place, program: row.guardProgram, afterOwnSuccess: own))
        for entry in row.assignments {
          list.append(
            Read(
              place: place,
              program: table.assignments[Int(entry)].program,
              afterOwnSuccess: own
            )
          )
        }
      }
      guard graph.isEnd[place], !node.isFailure else { continue }
      for field in results(of: place) {
        list.append(
          Read(
            place: place,
            program: table.fields[Int(field)].program,
            afterOwnSuccess: node.kind != .final,
            isResult: true
          )
        )
      }
    }
    return list.filter { $0.program != noIndex }
  }

  /// What the run, or the item or child flow that ends here, returns.
  private func results(of place: Int) -> Range<PoolIndex> {
    switch graphs.parts.parts[part].kind {
    case .run: table.result
    case .instance(let template): table.frames[template].result
    case .region, .body: 0..<0
    }
  }

  private func finding(
    _ read: Read,
    _ path: ValuePath,
    _ fact: Int,
    _ results: ResultWrites
  ) -> Diagnostic {
    let search = WaySearch(
      graph,
      from: [graph.start, graph.timeoutTarget].filter { $0 >= 0 }
    ) { place, edge in
      !(edge.isSuccessOnly && results.writes(place, fact) && table.nodes[place].when == noIndex)
    }
    let span: SourceSpan?
    let program = Int(read.program)
    if program < table.debug.programs.count, let text = table.debug.programs[program] {
      span = text.span(path.range)
    } else {
      span = self.span(of: read.place)
    }
    return Messages.unwrittenRead(
      place: read.isResult ? nil : table.shownName(read.place),
      variable: path.variable,
      fields: path.fields,
      writers: results.writers(fact).map { table.nodes[$0].name },
      way: search.way(to: read.place).text(in: table),
      isRefused: options.isStrict,
      at: span
    )
  }
}
