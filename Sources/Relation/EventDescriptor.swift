import Table

/// The events that one descriptor of a row takes (SCXML 3.12.1).
struct EventDescriptor {
  /// The name, without what says nothing more.
  let name: [UInt8]
  /// Whether only the event of that very name is taken.
  let isExact: Bool

  init(name: String, isExact: Bool) {
    var bytes = Array(name.utf8)
    if !isExact {
      if bytes.last == UInt8(ascii: "*") { bytes.removeLast() }
      if bytes.last == UInt8(ascii: ".") { bytes.removeLast() }
    }
    self.name = bytes
    self.isExact = isExact
  }

  /// Whether it takes every event that another takes.
  func covers(_ other: EventDescriptor) -> Bool {
    if isExact { return other.isExact && name == other.name }
    if name.isEmpty { return true }
    guard other.name.starts(with: name) else { return false }
    return other.name.count == name.count || other.name[name.count] == UInt8(ascii: ".")
  }
}

extension [EventDescriptor] {
  /// Whether a row of these takes every event that a row of others takes.
  func cover(_ others: [EventDescriptor]) -> Bool {
    others.allSatisfy { wanted in contains { $0.covers(wanted) } }
  }
}

/// Rows without a condition that were met so far, by what they take.
struct ClosingRows {
  private var always: RowIndex?
  private var cancels: [(kinds: ErrorKindSet, index: RowIndex)] = []
  /// By name, the rows with a descriptor of it: for that very event, and for those it begins.
  private var exact: [[UInt8]: [RowIndex]] = [:]
  private var prefixes: [[UInt8]: [RowIndex]] = [:]
  /// The lengths of the names in `prefixes`.
  private var lengths: Set<Int> = []
  private var taken: [RowIndex: [EventDescriptor]] = [:]

  /// Adds a row that comes after all others.
  mutating func add(_ index: RowIndex, _ row: Row, _ descriptors: [EventDescriptor]) {
    switch row.event {
    case .always: always = always ?? index
    case .cancel: cancels.append((row.kinds, index))
    case .external:
      taken[index] = descriptors
      for descriptor in descriptors {
        if descriptor.isExact {
          exact[descriptor.name, default: []].append(index)
        } else {
          prefixes[descriptor.name, default: []].append(index)
          lengths.insert(descriptor.name.count)
        }
      }
    default: break
    }
  }

  /// The first row that takes whatever another one takes.
  func first(before row: Row, _ descriptors: [EventDescriptor]) -> RowIndex? {
    switch row.event {
    case .always: return always
    case .cancel: return cancels.first { row.kinds.isSubset(of: $0.kinds) }?.index
    case .external:
      // A row that takes all of it takes each: the rarest one leaves the fewest to look at.
      let candidates = descriptors.map { rows(covering: $0) }.min { $0.count < $1.count }
      return candidates?.filter { taken[$0]?.cover(descriptors) == true }.min()
    default: return nil
    }
  }

  private func rows(covering wanted: EventDescriptor) -> [RowIndex] {
    var found = wanted.isExact ? exact[wanted.name] ?? [] : []
    guard !prefixes.isEmpty else { return found }
    for length in 0...wanted.name.count where lengths.contains(length) {
      let ends = length == 0 || length == wanted.name.count
      guard ends || wanted.name[length] == UInt8(ascii: ".") else { continue }
      found += prefixes[Array(wanted.name[..<length])] ?? []
    }
    return found
  }
}

/// The rows of a node for events, by the names that they begin with.
struct OfferedRows {
  private struct Entry {
    var name: [UInt8]
    var index: RowIndex
    var descriptors: [EventDescriptor]
  }

  /// In order of the names of their first descriptors.
  private var entries: [Entry] = []
  private var cancels: [(kinds: ErrorKindSet, index: RowIndex)] = []

  init(_ table: TransitionTable, of node: Int, _ descriptors: [[EventDescriptor]]) {
    for index in table.nodes[node].rows where table.rows[Int(index)].tree == nil {
      let row = table.rows[Int(index)]
      if row.event == .cancel { cancels.append((row.kinds, index)) }
      guard let first = descriptors[Int(index)].first else { continue }
      entries.append(
        Entry(name: first.name, index: index, descriptors: descriptors[Int(index)])
      )
    }
    entries.sort { $0.name.lexicographicallyPrecedes($1.name) }
  }

  /// The rows all of whose events another row takes.
  func covered(by row: Row, _ descriptors: [EventDescriptor]) -> [RowIndex] {
    if row.event == .cancel {
      return cancels.filter { $0.kinds.isSubset(of: row.kinds) }.map(\.index)
    }
    var found: [RowIndex] = []
    for descriptor in descriptors {
      // Names that begin with one, and end there or go on with a dot, stand in two runs.
      let name = descriptor.name
      var runs = name.isEmpty ? [[]] : [name]
      if !name.isEmpty, !descriptor.isExact { runs.append(name + [UInt8(ascii: ".")]) }
      for (number, start) in runs.enumerated() {
        var position = firstEntry(from: start)
        while position < entries.count {
          let entry = entries[position]
          let isInRun =
            number == 0 && !name.isEmpty
            ? entry.name == name : entry.name.starts(with: start)
          guard isInRun else { break }
          if descriptors.cover(entry.descriptors) { found.append(entry.index) }
          position += 1
        }
      }
    }
    return found
  }

  private func firstEntry(from name: [UInt8]) -> Int {
    var (low, high) = (0, entries.count)
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].name.lexicographicallyPrecedes(name) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low
  }
}
