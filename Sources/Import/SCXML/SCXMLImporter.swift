import Definition
import Document
import Source
import Values
import XML

/// Reads state machines in SCXML into the house form (specs/machines.md, SCX-1 ff).
///
/// Scripts, DOM operations and event processors other than SCXML's own have no counterpart and are
/// reported with their places.
public struct SCXMLImporter {
  let file: SourceFile
  let includes: any IncludeReader
  let limits: Limits
  var diagnostics: [Diagnostic] = []
  var translator = ScriptTranslator()
  /// Whether expressions are CEL already (`datamodel="cel"`, as the exporter writes).
  var isCEL = false
  /// Names of steps that are taken.
  var taken: Set<String> = []
  var takenFields: Set<String> = []
  /// The state fields in order, with their initial values.
  var fields: [(name: String, value: Node)] = []
  /// Initial values that have to be computed.
  var initialActions: [Node] = []
  /// The step for each id.
  var stepNames: [String: String] = [:]
  /// The step for each state, by the place of its tag.
  var stepsByPlace: [Int: String] = [:]
  /// Child machines by the names of their flows.
  var children: [(name: String, tree: Node)] = []
  /// Whether anything in the machine ever moves.
  var hasMoves = false
  /// The variables of this machine that its caller sets.
  var inputNames: [String] = []
  /// The step that runs the child of each invoke id, and of each `<invoke>` by its place.
  var invokeSteps: [String: String] = [:]
  var invokeStepsByPlace: [Int: String] = [:]
  /// The texts that each variable is given, where it is given nothing else.
  var constants: [String: [XMLElement.Attribute]] = [:]
  /// How deep child machines are inside each other.
  let nesting: Int

  init(file: SourceFile, includes: any IncludeReader, limits: Limits, nesting: Int = 0) {
    self.file = file
    self.includes = includes
    self.limits = limits
    self.nesting = nesting
  }

  /// The flow of a document; nil with errors in `diagnostics`.
  ///
  /// `includes` gives the files that `src` attributes name. O(size of the document).
  public static func flow(
    _ file: SourceFile,
    includes: any IncludeReader = MemoryIncludes(),
    limits: Limits = Limits()
  ) -> (flow: ImportedFlow?, diagnostics: [Diagnostic]) {
    let parsed = XMLParser.parse(file, limits: limits)
    guard let root = parsed.root else { return (nil, parsed.diagnostics) }
    var importer = SCXMLImporter(file: file, includes: includes, limits: limits)
    let tree = importer.machine(root)
    let kept = Array(importer.diagnostics.prefix(limits.diagnostics))
    guard let tree, !importer.diagnostics.hasErrors else { return (nil, kept) }
    return (ImportedFlow(tree: tree, steps: importer.stepNames), kept)
  }

  mutating func report(_ diagnostic: Diagnostic) { diagnostics.append(diagnostic) }

  // MARK: The whole

  /// The flow of an `scxml` element, header included.
  mutating func machine(_ root: XMLElement) -> Node? {
    guard root.name == "scxml" else {
      report(
        Messages.invalid(
          "the root element is `\(root.name)`, not `scxml`",
          at: root.tagSpan,
          hint: "a machine starts with `<scxml xmlns=\"http://www.w3.org/2005/07/scxml\">`"
        )
      )
      return nil
    }
    guard readDataModel(root) else { return nil }
    collect(root)
    readData(root)
    // What holds for a whole file stands in its own header, not in those of child machines.
    var entries: [(String, Node)] =
      nesting == 0 ? [("signalbox", .int(1, at: root.tagSpan))] : []
    if let name = root.attribute("name"), !name.value.isEmpty {
      entries.append(("name", .quoted(name.value, at: name.span)))
    }
    if nesting == 0 { entries.append(("max_steps", .int(1_000_000, at: root.tagSpan))) }
    let inputs = inputFields(root)
    if !inputs.isEmpty { entries.append(("input", .map(inputs, at: root.tagSpan))) }
    var body = machineBody(root, extra: initialActions)
    if !fields.isEmpty {
      body.insert(("state", .map(fields.map { ($0.name, $0.value) }, at: root.tagSpan)), at: 0)
    }
    if !children.isEmpty {
      body.insert(
        ("flows", .map(children.map { ($0.name, $0.tree) }, at: root.tagSpan)),
        at: 0
      )
    }
    for element in root.elements where element.name == "script" {
      report(Messages.outOfScope("a script", at: element.tagSpan, hint: Self.scriptHint))
    }
    return .map(entries + body, at: root.span)
  }

  static let scriptHint = "write `<assign>` actions, or let a step call a tool"

  private mutating func readDataModel(_ root: XMLElement) -> Bool {
    guard let model = root.attribute("datamodel") else { return true }
    switch model.value {
    case "cel": isCEL = true
    case "ecmascript", "null", "": break
    default:
      report(
        Messages.outOfScope(
          "the data model `\(Messages.shortened(model.value))`",
          at: model.span,
          hint: "the data models `ecmascript`, `null` and `cel` can"
        )
      )
      return false
    }
    if let binding = root.attribute("binding"), binding.value == "late" {
      report(
        Messages.outOfScope(
          "late binding of data",
          at: binding.span,
          hint: "assign the values on entry of their state"
        )
      )
      return false
    }
    return true
  }

  // MARK: Names

  /// Gives every state its name, and every variable its field.
  private mutating func collect(_ root: XMLElement) {
    var pending = [root]
    var unnamed: [XMLElement] = []
    while let element = pending.popLast() {
      if ["state", "parallel", "final", "history"].contains(element.name) {
        if let id = element.attribute("id"), !id.value.isEmpty {
          let name = stepName(id.value)
          if stepNames[id.value] != nil {
            report(Messages.invalid("two states have the id `\(id.value)`", at: id.span))
          }
          stepNames[id.value] = name
          if element.name == "history" { translator.histories.insert(id.value) }
          if element.name == "final" { translator.finals.insert(id.value) }
          stepsByPlace[element.tagSpan.start] = name
          if name != id.value { report(Messages.renamed(id.value, name, at: id.span)) }
        } else {
          unnamed.append(element)
        }
      }
      let moves = ["transition", "onentry", "onexit", "parallel", "initial", "history", "invoke"]
      if moves.contains(element.name) { hasMoves = true }
      for declared in declaredVariables(element) { declare(declared.value, at: declared.span) }
      if element.name == "content" || element.name == "invoke" { continue }
      pending += element.elements.reversed()
    }
    for element in unnamed {
      stepsByPlace[element.tagSpan.start] = stepName("\(element.name)_\(stepsByPlace.count + 1)")
    }
    collectConstants(root)
    var states = [root]
    while let element = states.popLast() {
      collectInvokes(element)
      states += element.elements.filter { ["state", "parallel"].contains($0.name) }
    }
    translator.states = stepNames
  }

  /// The variables that an element brings into being.
  private func declaredVariables(_ element: XMLElement) -> [(value: String, span: SourceSpan)] {
    let names: [String]
    switch element.name {
    case "data": names = ["id"]
    case "foreach": names = ["item", "index"]
    case "send", "invoke": names = ["idlocation"]
    default: return []
    }
    return names.compactMap { element.attribute($0) }.map { ($0.value, $0.span) }
  }

  private mutating func declare(_ variable: String, at span: SourceSpan) {
    guard translator.fields[variable] == nil, !variable.isEmpty else { return }
    var name = ScriptTranslator.isName(variable) ? variable : Self.cleaned(variable)
    // A mapping with a text at `type` would be read as one JSON Schema.
    if name == "type" || FlowNames.reserved.contains(name) { name += "_value" }
    while takenFields.contains(name) { name += "_" }
    takenFields.insert(name)
    translator.fields[variable] = name
    fields.append((name, .map([("optional", .bool(true, at: span))], at: span)))
    if name != variable { report(Messages.renamed(variable, name, at: span)) }
  }

  mutating func stepName(_ id: String) -> String {
    var name = Self.cleaned(id)
    if FlowNames.reserved.contains(name) { name = "state_\(name)" }
    while taken.contains(name) { name += "_" }
    taken.insert(name)
    return name
  }

  private static func cleaned(_ id: String) -> String {
    var result = ""
    for scalar in id.unicodeScalars.prefix(100) {
      let isPlain =
        scalar.isASCII
        && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil
          || scalar == "_")
      result.unicodeScalars.append(isPlain ? scalar : "_")
    }
    guard let first = result.utf8.first, first < 0x30 || first > 0x39 else { return "s" + result }
    return result
  }

  /// The step of a target.
  mutating func target(_ id: String, at span: SourceSpan) -> String? {
    if let name = stepNames[id] { return name }
    let near = Suggestion.nearest(to: id, in: Array(stepNames.keys))
    report(
      Messages.invalid(
        "no state has the id `\(Messages.shortened(id))`",
        at: span,
        hint: near.map { "did you mean `\($0)`?" }
      )
    )
    return nil
  }

  // MARK: Expressions

  /// The CEL of an expression; one that can never be evaluated becomes one that always fails.
  mutating func expression(_ text: SourceText, isCondition: Bool = false) -> Node {
    if isCEL { return .quoted(text.text, at: text.span) }
    do throws(ScriptFault) {
      let parsed = try ScriptParser.parse(text.text)
      let cel = isCondition ? try translator.condition(parsed) : try translator.value(parsed)
      return .quoted(cel, at: text.span)
    } catch {
      switch error {
      case .notAnExpression: report(Messages.failing(text.text, at: text.span))
      case .outOfScope(let what, let offset):
        let place = text.fileOffset(of: offset)
        let span = SourceSpan(file: text.file, start: place, end: max(place + 1, text.fileEnd))
        report(
          Messages.outOfScope(
            "\(what) in an expression",
            at: span,
            hint: "paths, literals, comparison, arithmetic, `In()` can"
          )
        )
      }
      return .quoted(ScriptTranslator.failing, at: text.span)
    }
  }
}
