import Signalbox
import Values

/// The recorded exchanges of a Serverless Workflow case, which answer its calls offline.
struct HTTPStubs {
  private let stubs: [Value]

  init(_ item: Value) { stubs = item["http_stubs"]?.elements ?? [] }

  /// The answer to a request that a flow makes: `method`, `uri` with its `parameters`, `headers`;
  /// or an operation of a `document`.
  func answer(_ input: Value) -> CallAnswer {
    var method = input["method"]?.text ?? "get"
    var uri = input["uri"]?.text ?? ""
    if let operation = input["operation"]?.text {
      guard let found = request(of: operation, in: input["document"]?.text ?? "") else {
        return .failure(.failed, "there is no operation `\(operation)`")
      }
      (method, uri) = found
    }
    if case .map(let parameters)? = input["parameters"] {
      for entry in parameters.entries {
        let value = entry.value.text ?? JSONWriter.string(entry.value)
        let name = entry.key.value.text ?? ""
        uri = uri.split(separator: "{\(name)}", omittingEmptySubsequences: false)
          .joined(separator: value)
      }
    }
    guard let stub = stub(method, uri, input["headers"] ?? .null) else {
      return .failure(.unavailable, "nobody answers \(method) \(uri)")
    }
    guard case .int(let status)? = stub["status"], 200...299 ~= status else {
      let status = JSONWriter.string(stub["status"] ?? .null)
      return .failure(.failed, "the server answered with status \(status)")
    }
    let body = stub["body"] ?? .null
    guard input["output"]?.text == "response" else { return .output(body) }
    return .output(
      .map([
        "statusCode": stub["status"] ?? .null, "headers": stub["headers"] ?? .map([:]),
        "content": body,
      ])
    )
  }

  private func stub(_ method: String, _ uri: String, _ headers: Value) -> Value? {
    let found = stubs.first { stub in
      guard let request = stub["request"], request["url"]?.text == uri,
        request["method"]?.text?.lowercased() == method.lowercased()
      else { return false }
      guard case .map(let wanted)? = request["headers"] else { return true }
      return wanted.entries.allSatisfy { headers[$0.key.value.text ?? ""] == $0.value }
    }
    return found?["response"]
  }

  /// Method and address of an operation of an OpenAPI 2 document.
  private func request(of operation: String, in document: String) -> (String, String)? {
    guard let content = stub("get", document, .null)?["body"],
      case .map(let paths)? = content["paths"]
    else { return nil }
    let base = "https://\(content["host"]?.text ?? "")\(content["basePath"]?.text ?? "")"
    for path in paths.entries {
      guard case .map(let methods) = path.value else { continue }
      for method in methods.entries where method.value["operationId"]?.text == operation {
        return (method.key.value.text ?? "", base + (path.key.value.text ?? ""))
      }
    }
    return nil
  }
}
