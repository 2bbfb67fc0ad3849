import Definition
import Document
import Source
import Values
import XML

/// Reads trees of BehaviorTree.CPP, version 4 XML, into the house form (specs/behavior-trees.md,
/// BTX-1 ff).
///
/// Actions and conditions that a program registers become tools without an address; queues, types
/// of a program and nodes that it registers with children are reported with their places.
public struct TreeImporter {
  /// A registered node, as `TreeNodesModel` describes it.
  struct Model {
    /// A port of it.
    struct Port {
      var name: String
      var isRead: Bool
      var isWritten: Bool
      var type: String
      var standard: SourceText?
    }

    var kind: String
    var ports: [Port]
  }

  /// What belongs to one tree.
  struct Scope {
    var isMain = true
    /// Blackboard entries in order of first use.
    var fields: [(name: String, span: SourceSpan)] = []
    /// Ids that are taken.
    var ids: Set<String> = []
  }

  let file: SourceFile
  let includes: any IncludeReader
  let limits: Limits
  var diagnostics: [Diagnostic] = []
  var trees: [(name: String, element: XMLElement)] = []
  var models: [String: Model] = [:]
  var tools: [(name: String, node: Node)] = []
  var flows: [(name: String, scope: Scope, root: Node)] = []
  var openTrees: [String] = []
  /// By tree, whether something in it acts.
  var actingTrees: [String: Bool] = [:]
  /// How often what is read just now is spelt out.
  var recoveryCopies: Int64 = 1
  var scope = Scope()
  private var includedPaths: [String] = []

  /// Whether ticks drive the flow, so that reactive nodes may call again and again.
  var isTicked = false

  /// Rounds and switches where the original has no limit.
  static let standardLimit: Int64 = 1_000

  /// The flow of a document; nil with errors in `diagnostics`.
  ///
  /// `includes` gives the files that `include` elements name. O(size of the document, subtrees
  /// counted once). A flow that is driven by ticks (BT-TICK) may call where reactive nodes ask.
  public static func flow(
    _ file: SourceFile,
    includes: any IncludeReader = MemoryIncludes(),
    isTicked: Bool = false,
    limits: Limits = Limits()
  ) -> (flow: ImportedFlow?, diagnostics: [Diagnostic]) {
    var importer = TreeImporter(file: file, includes: includes, limits: limits)
    importer.isTicked = isTicked
    let tree = importer.document()
    let kept = Array(importer.diagnostics.prefix(limits.diagnostics))
    guard let tree, !importer.diagnostics.hasErrors else { return (nil, kept) }
    return (ImportedFlow(tree: tree, steps: [:]), kept)
  }

  private init(file: SourceFile, includes: any IncludeReader, limits: Limits) {
    self.file = file
    self.includes = includes
    self.limits = limits
  }

  mutating func report(_ diagnostic: Diagnostic) { diagnostics.append(diagnostic) }

  mutating func refuse(_ what: String, at span: SourceSpan, hint: String? = nil) {
    report(Diagnostic(.treeImport, "\(what) cannot be imported", at: span, hint: hint))
  }

  // MARK: The whole

  private mutating func document() -> Node? {
    guard let root = open(file) else { return nil }
    guard let main = mainTree(root) else { return nil }
    openTrees = [main.name]
    let tree = behavior(main.element)
    guard let tree, !diagnostics.hasErrors else { return nil }
    let span = root.tagSpan
    var entries: [(String, Node)] = [
      ("signalbox", .int(1, at: span)), ("name", .quoted(main.name, at: span)),
    ]
    if !scope.fields.isEmpty { entries.append(("state", state(of: scope, at: span))) }
    if !tools.isEmpty {
      entries.append(("tools", .map(tools.map { ($0.name, $0.node) }, at: span)))
    }
    if !flows.isEmpty {
      let nodes = flows.map { flow -> (String, Node) in
        var parts: [(String, Node)] = []
        if !flow.scope.fields.isEmpty { parts.append(("state", state(of: flow.scope, at: span))) }
        parts.append(("root", flow.root))
        return (flow.name, .map(parts, at: flow.root.span))
      }
      entries.append(("flows", .map(nodes, at: span)))
    }
    entries.append(("root", tree))
    return .map(entries, at: root.span)
  }

  private func state(of scope: Scope, at span: SourceSpan) -> Node {
    .map(
      scope.fields.map { ($0.name, .map([("optional", .bool(true, at: $0.span))], at: $0.span)) },
      at: span
    )
  }

  /// Reads a file's trees and models; its root element, nil after a finding.
  private mutating func open(_ file: SourceFile) -> XMLElement? {
    let parsed = XMLParser.parse(file, limits: limits)
    diagnostics += parsed.diagnostics
    guard let root = parsed.root else { return nil }
    guard root.name == "root" else {
      report(
        Messages.invalid(
          "the root element is `\(Messages.shortened(root.name))`, not `root`",
          at: root.tagSpan,
          hint: "a file of trees starts with `<root BTCPP_format=\"4\">`"
        )
      )
      return nil
    }
    if let format = root.attribute("BTCPP_format"), format.value != "4" {
      refuse("format `\(Messages.shortened(format.value))`", at: format.span, hint: "format 4 is")
      return nil
    }
    for element in root.elements {
      switch element.name {
      case "BehaviorTree":
        let name = element.value("ID") ?? "main"
        if trees.contains(where: { $0.name.sameScalars(as: name) }) {
          report(
            Messages.invalid(
              "there is another tree `\(Messages.shortened(name))`",
              at: element.tagSpan
            )
          )
        }
        trees.append((name, element))
      case "TreeNodesModel": readModels(element)
      case "include": include(element)
      default: refuse("`<\(Messages.shortened(element.name))>`", at: element.tagSpan)
      }
    }
    return root
  }

  private mutating func include(_ element: XMLElement) {
    guard let path = element.attribute("path"), element.attribute("ros_pkg") == nil else {
      return refuse("an `<include>` of a package", at: element.tagSpan)
    }
    var name = path.value
    while name.hasPrefix("./") { name = String(name.dropFirst(2)) }
    guard includedPaths.count < limits.includedFiles else {
      return refuse("one more included file", at: path.span)
    }
    guard !includedPaths.contains(where: { $0.sameScalars(as: name) }) else { return }
    includedPaths.append(name)
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    guard !parts.contains(".."), !parts.contains(""), !parts.contains(".") else {
      return refuse("a file outside the folder of this one", at: path.span)
    }
    do throws(IncludeError) {
      _ = open(try includes.read(name))
    } catch {
      report(Messages.invalid("`\(Messages.shortened(name))` cannot be read", at: path.span))
    }
  }

  private mutating func mainTree(_ root: XMLElement) -> (name: String, element: XMLElement)? {
    guard let wanted = root.attribute("main_tree_to_execute") else {
      guard trees.count == 1 else {
        let hint = "name it: `<root BTCPP_format=\"4\" main_tree_to_execute=\"…\">`"
        report(
          Messages.invalid(
            trees.isEmpty ? "there is no tree" : "there are several trees and none is the main one",
            at: root.tagSpan,
            hint: trees.isEmpty ? nil : hint
          )
        )
        return nil
      }
      return trees[0]
    }
    guard let tree = trees.first(where: { $0.name.sameScalars(as: wanted.value) }) else {
      let name = Messages.shortened(wanted.value)
      report(Messages.invalid("there is no tree `\(name)`", at: wanted.span))
      return nil
    }
    return tree
  }

  /// The one node of a `BehaviorTree`.
  mutating func behavior(_ element: XMLElement) -> Node? {
    guard element.elements.count == 1 else {
      report(
        Messages.invalid(
          "a tree has one root node, this one has \(element.elements.count)",
          at: element.tagSpan
        )
      )
      return nil
    }
    return node(element.elements[0])
  }

  // MARK: Models

  private mutating func readModels(_ element: XMLElement) {
    for model in element.elements {
      guard let id = model.value("ID") else { continue }
      let ports = model.elements.compactMap { port -> Model.Port? in
        guard let name = port.value("name"),
          ["input_port", "output_port", "inout_port"].contains(port.name)
        else { return nil }
        return Model.Port(
          name: name,
          isRead: port.name != "output_port",
          isWritten: port.name != "input_port",
          type: port.value("type") ?? "",
          standard: port.attribute("default")?.text
        )
      }
      models[id] = Model(kind: model.name, ports: ports)
    }
  }

  // MARK: Names

  /// A name as the house form allows it.
  static func word(_ text: String) -> String {
    var word = ""
    for scalar in text.unicodeScalars {
      let isPlain =
        scalar.value < 128
        && (scalar.properties.isAlphabetic || scalar == "_" || scalar.properties.numericType != nil)
      word.unicodeScalars.append(isPlain ? scalar : "_")
    }
    if let first = word.utf8.first, first >= 0x30 && first <= 0x39 { word = "_" + word }
    return word.isEmpty ? "_" : String(word.prefix(100))
  }

  /// The state field of a blackboard entry; nil: it belongs to another tree.
  mutating func field(_ name: String, at span: SourceSpan) -> String? {
    var name = name
    if name.utf8.first == UInt8(ascii: "@") {
      guard scope.isMain else { return nil }
      name = String(name.dropFirst())
    }
    let word = Self.word(name)
    if !scope.fields.contains(where: { $0.name.sameScalars(as: word) }) {
      scope.fields.append((word, span))
      if !word.sameScalars(as: name) { report(Messages.renamed(name, word, at: span)) }
    }
    return word
  }

  /// An id for a node that nothing else in the tree has.
  mutating func id(_ wanted: String) -> String {
    var word = Self.word(wanted)
    if FlowNames.reserved.contains(where: { $0.sameScalars(as: word) }) { word += "_" }
    var id = word
    var number = 2
    while !scope.ids.insert(id).inserted {
      id = "\(word)_\(number)"
      number += 1
    }
    return id
  }

  // MARK: Scripts

  /// The condition that an attribute holds; nil after a finding.
  mutating func condition(_ attribute: XMLElement.Attribute) -> Node? {
    var importer = self
    defer { self = importer }
    do throws(TreeScriptFault) {
      let text = try TreeScript.condition(attribute.value) {
        importer.field($0, at: attribute.span)
      }
      return .quoted(text, at: attribute.span)
    } catch {
      importer.refuse(error, in: attribute)
      return nil
    }
  }

  /// The assignments that an attribute holds, as a mapping; nil after a finding.
  mutating func assignments(_ attribute: XMLElement.Attribute) -> [(String, Node)]? {
    var importer = self
    defer { self = importer }
    do throws(TreeScriptFault) {
      return try TreeScript.writes(attribute.value) { importer.field($0, at: attribute.span) }
        .map { ($0.field, .quoted($0.expression, at: attribute.span)) }
    } catch {
      importer.refuse(error, in: attribute)
      return nil
    }
  }

  private mutating func refuse(_ fault: TreeScriptFault, in attribute: XMLElement.Attribute) {
    let end = min(fault.offset + 1, attribute.value.utf8.count)
    refuse(
      fault.message,
      at: attribute.text.span(TextRange(min(fault.offset, end), end)),
      hint: "expressions and assignments of expressions can"
    )
  }
}
