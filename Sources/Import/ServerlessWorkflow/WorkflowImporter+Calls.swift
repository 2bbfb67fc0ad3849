import Document
import Source
import Values

// Calls of services (specs/machines.md, SWF-7).
extension WorkflowImporter {
  /// The step of a call; the tool gets the request as data, its parameters apart from the address.
  mutating func call(
    _ name: String,
    _ node: Node,
    _ next: String,
    _ variables: [String: String],
    _ scope: Scope
  ) -> [(String, Node)] {
    let kind = node["call"]?.string ?? ""
    let with = node["with"] ?? node
    guard ["http", "openapi"].contains(kind) else {
      refuse(
        "a call of `\(Messages.shortened(kind))`",
        at: node["call"]?.span ?? node.span,
        hint: "`http` and `openapi` can; let a step call a tool"
      )
      return []
    }
    let known =
      kind == "http"
      ? ["method", "endpoint", "headers", "body", "query", "output"]
      : ["document", "operationId", "parameters", "authentication", "output"]
    for entry in with.entries ?? [] where !known.contains(entry.key) {
      refuse("`\(Messages.shortened(entry.key))` of a call", at: entry.keySpan)
    }
    let form = with["output"]?.string ?? "content"
    if let output = with["output"], !["content", "response"].contains(form) {
      refuse("`output: \(Messages.shortened(form))` of a call", at: output.span)
    }
    var request =
      kind == "http" ? http(with, variables) : openAPI(with, variables)
    guard !request.isEmpty else { return [] }
    if form == "response" { request.append(("output", .text("response", at: with.span))) }
    let address =
      (kind == "http" ? with["endpoint"]?["uri"] ?? with["endpoint"] : with["operationId"])
    let method = kind == "http" ? (with["method"]?.string ?? "get").lowercased() : "openapi"
    let key = "\(method.uppercased()) \(address?.string ?? "")"
    let tool = tool(name, key, isRead: ["get", "head", "options"].contains(method), node)
    let fault = [
      ("assign", Node.map([("fault", .quoted(failure(scope), at: node.span))], at: node.span))
    ]
    let edge = Node.map(fault + [("target", .text(scope.handler, at: node.span))], at: node.span)
    var entries: [(String, Node)] = [
      ("tool", .text(tool, at: node.span)), ("with", .map(request, at: with.span)),
    ]
    entries += after(node, form == "response" ? response(request) : "output", variables)
    entries += [
      ("on_success", .text(next, at: node.span)), ("on_timeout", edge), ("on_error", edge),
    ]
    return [(name, .map(entries, at: node.span))]
  }

  /// What a call that failed is to the workflow.
  private func failure(_ scope: Scope) -> String {
    let kinds = [("timeout", 408), ("rate_limited", 429), ("denied", 403), ("unavailable", 503)]
    let statuses = kinds.map { "error.kind == '\($0.0)' ? \($0.1) : " }.joined()
    return "{'type': error.kind == 'timeout' ? '\(Self.errors)timeout' : "
      + "error.kind == 'guard_error' ? '\(Self.errors)expression' : '\(Self.errors)communication', "
      + "'status': error.message.matches('status [0-9]{3}') ? "
      + "int(regex.extract(error.message, 'status ([0-9]{3})').value()) : \(statuses)500, "
      + "'title': error.message, 'instance': \(ScriptTranslator.quoted(scope.place))}"
  }

  /// The answer of a call whose response is asked for, with its request.
  private func response(_ request: [(String, Node)]) -> String {
    let parts = request.compactMap { entry -> String? in
      guard ["method", "uri", "headers"].contains(entry.0), let text = entry.1.string else {
        return nil
      }
      let isTemplate = text.hasPrefix("{{ ") && text.hasSuffix(" }}")
      let value = isTemplate ? String(text.dropFirst(3).dropLast(3)) : ScriptTranslator.quoted(text)
      return "'\(entry.0)': \(value)"
    }
    return "{'request': {\(parts.joined(separator: ", "))}, 'statusCode': output.statusCode, "
      + "'headers': output.headers, 'content': output.content}"
  }

  private mutating func http(_ with: Node, _ variables: [String: String]) -> [(String, Node)] {
    guard let endpoint = with["endpoint"],
      let uri = endpoint.string == nil ? endpoint["uri"] : endpoint
    else {
      invalid("a call needs `endpoint`", at: with.span)
      return []
    }
    let method = (with["method"]?.string ?? "get").lowercased()
    var request: [(String, Node)] = [("method", .quoted(method, at: with.span))]
    let text = uri.string ?? ""
    if text.trimmingSpaces.hasPrefix("${") {
      request.append(("uri", value(uri, variables)))
    } else {
      request.append(("uri", .quoted(text, at: uri.span)))
      let names = Self.names(in: text)
      if !names.isEmpty {
        let members = names.map { name in
          (name, Node.quoted("{{ state.data.\(name) }}", at: uri.span))
        }
        request.append(("parameters", .map(members, at: uri.span)))
      }
    }
    var headers = with["headers"].map { template($0, current: "state.data", variables: variables) }
    if let authentication = endpoint["authentication"] {
      let own = authorization(authentication, variables)
      headers = headers.map { CELText.merged($0, own) } ?? own
    }
    request.append(("headers", .quoted("{{ \(headers ?? "{}") }}", at: with.span)))
    for field in ["query", "body"] {
      if let part = with[field] { request.append((field, value(part, variables))) }
    }
    return request
  }

  private mutating func openAPI(_ with: Node, _ variables: [String: String]) -> [(String, Node)] {
    let document = with["document"]?["endpoint"]?["uri"] ?? with["document"]?["endpoint"]
    guard let document, let place = document.string, let operation = with["operationId"]?.string
    else {
      invalid("a call of `openapi` needs `document` and `operationId`", at: with.span)
      return []
    }
    if let authentication = with["authentication"] {
      refuse("`authentication` of an `openapi` call", at: authentication.span)
    }
    var request: [(String, Node)] = [
      ("document", .quoted(place, at: document.span)),
      ("operation", .quoted(operation, at: with.span)),
    ]
    if let parameters = with["parameters"] {
      request.append(("parameters", value(parameters, variables)))
    }
    // What the operation's request is stands in the document, which the tool reads.
    for field in ["method", "uri"] where with["output"]?.string == "response" {
      request.append((field, .quoted("openapi:\(operation)", at: with.span)))
    }
    if with["output"]?.string == "response" {
      request.append(("headers", .quoted("{{ {} }}", at: with.span)))
    }
    return request
  }

  private mutating func value(_ node: Node, _ variables: [String: String]) -> Node {
    .quoted("{{ \(template(node, current: "state.data", variables: variables)) }}", at: node.span)
  }

  /// The header of a way to authenticate.
  private mutating func authorization(_ node: Node, _ variables: [String: String]) -> String {
    var way = node
    if let name = node["use"]?.string ?? node.string {
      guard let named = shared?["authentications"]?[name] else {
        invalid("there is no authentication `\(Messages.shortened(name))`", at: node.span)
        return "{}"
      }
      way = named
    }
    func part(_ node: Node, _ importer: inout WorkflowImporter) -> String {
      "string(" + importer.template(node, current: "state.data", variables: variables) + ")"
    }
    if let basic = way["basic"], let user = basic["username"], let password = basic["password"] {
      let pair = "\(part(user, &self)) + ':' + \(part(password, &self))"
      return "{'authorization': 'Basic ' + base64.encode(bytes(\(pair)))}"
    }
    if let token = way["bearer"]?["token"] {
      return "{'authorization': 'Bearer ' + \(part(token, &self))}"
    }
    refuse("this authentication", at: way.span, hint: "`basic` and `bearer` can")
    return "{}"
  }

  /// The names in braces of an address.
  private static func names(in text: String) -> [String] {
    var names: [String] = []
    for part in text.split(separator: "{").dropFirst(text.hasPrefix("{") ? 0 : 1) {
      guard let end = part.firstIndex(of: "}") else { continue }
      let name = String(part[..<end])
      if ScriptTranslator.isName(name), !names.contains(name) { names.append(name) }
    }
    return names
  }

  /// The tool of a method and address.
  private mutating func tool(_ name: String, _ key: String, isRead: Bool, _ node: Node) -> String {
    if let known = tools.first(where: { $0.key.sameScalars(as: key) }) { return known.name }
    var free = name
    while tools.contains(where: { $0.name == free }) { free += "_" }
    var entries: [(String, Node)] = [
      ("type", .text("process", at: node.span)), ("description", .quoted(key, at: node.span)),
    ]
    if isRead { entries.append(("effect", .text("read", at: node.span))) }
    tools.append((free, key, .map(entries, at: node.span)))
    return free
  }
}
