/// A part of a flow while it is made: its keys, and lists that several features add to.
struct PartDraft {
  /// Keys in order.
  var keys: [FlowText.FlowEntry] = []
  /// Entries of lists of edges and actions, by key.
  private var lists: [(key: String, entries: [FlowText])] = []
  /// Nodes of a tree around it, the innermost first.
  var decorators: [[FlowText.FlowEntry]] = []
  /// Features that it has.
  var features: [FlowFeature] = []
  /// States inside that edges from outside are to lead to.
  var entrances: [String] = []
  /// States inside, in several regions, that one edge from outside is to lead to.
  var groups: [[String]] = []
  /// Names of states inside that an edge may lead to.
  var inside: [String] = []
  /// The same by region.
  var regions: [[String]] = []
  /// Whether it says itself how it goes on.
  var isDecided = false

  /// Sets a key; false when it is there already.
  @discardableResult
  mutating func set(_ key: String, _ value: FlowText) -> Bool {
    guard self[key] == nil else { return false }
    keys.append(FlowText.FlowEntry(key: key, value: value))
    return true
  }

  /// The value at a key.
  subscript(key: String) -> FlowText? { FlowText.map(keys)[key] }

  /// Replaces a key's value.
  mutating func replace(_ key: String, _ value: FlowText) {
    keys.removeAll { $0.key == key }
    set(key, value)
  }

  /// Adds to a key that holds a mapping; false when the field is there already.
  mutating func add(_ field: String, _ value: FlowText, to key: String) -> Bool {
    guard case .map(var entries)? = self[key] else {
      return set(key, .map([FlowText.FlowEntry(key: field, value: value)]))
    }
    guard !entries.contains(where: { $0.key == field }) else { return false }
    entries.append(FlowText.FlowEntry(key: field, value: value))
    guard let index = keys.firstIndex(where: { $0.key == key }) else { return false }
    keys[index].value = .map(entries)
    return true
  }

  /// Adds to a list of edges or actions.
  mutating func append(_ entry: FlowText, to key: String) {
    if let index = lists.firstIndex(where: { $0.key == key }) {
      lists[index].entries.append(entry)
    } else {
      lists.append((key, [entry]))
    }
  }

  /// A list of edges or actions.
  func list(_ key: String) -> [FlowText] { lists.first { $0.key == key }?.entries ?? [] }

  /// All keys, lists included, with the way on after success.
  func entries(next: String?) -> [FlowText.FlowEntry] {
    var result = keys
    if !isDecided, let next {
      let guarded = list("on_success")
      let value: FlowText = guarded.isEmpty ? .word(next) : .list(guarded + [.word(next)])
      result.append(FlowText.FlowEntry(key: "on_success", value: value))
    }
    for (key, entries) in lists where key != "on_success" {
      result.append(FlowText.FlowEntry(key: key, value: .list(Self.ordered(entries))))
    }
    return result
  }

  /// Edges without a guard last, and only one of them where order alone tells them apart.
  private static func ordered(_ entries: [FlowText]) -> [FlowText] {
    func isOpen(_ entry: FlowText) -> Bool {
      guard entry["event"] == nil, entry["delay"] == nil else { return false }
      if case .word = entry { return true }
      return entry["target"] != nil && entry["when"] == nil
    }
    return entries.filter { !isOpen($0) } + entries.filter(isOpen).prefix(1)
  }
}

/// Where a part stands while it is made.
struct PartPlace {
  /// Its name.
  var name: String
  /// What holds it.
  var container: FlowContainer
  /// Where success leads.
  var next: String?
  /// Where edges may lead.
  var targets: [String] = []
  /// Names of the levels around in the same frame.
  var outer: [String] = []
  /// Whether names inside are not found from outside.
  var isHidden = false
  /// Whether states here are none of a chart: inside a leaf of a tree.
  var isPlain = false
  /// Whether nothing here may make the machine a chart.
  var isFlat = false
  /// Whether it stands in a leaf of a tree.
  var isInTree = false
  /// Whether it belongs to a tree that is put into others.
  var isInSubtree = false
  /// Containers that may still be put inside by chance.
  var depth: Int
  /// Whether `item` can be read.
  var isInItem = false
  /// Where states inside are to lead.
  var wishes: [String] = []
  /// What the first state inside is to be called.
  var reserved: String?

  /// Where it stands.
  var site: FlowSite { container.site }
}

/// What a flow is made for: parts inside each other, with features.
struct FlowGoal {
  /// One part.
  struct Level {
    var content: FlowContent
    var features: [FlowFeature] = []
  }

  /// The outermost first.
  var levels: [Level]

  /// The goal of what lies inside the outermost.
  var inner: FlowGoal? { levels.count > 1 ? FlowGoal(levels: Array(levels.dropFirst())) : nil }
}
