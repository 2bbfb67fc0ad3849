/// Addresses, headers and command lines of a flow that stand there literally and can never work.
enum PerformerLiterals {
  /// What is wrong with them, in the order of the flow; child flows' after the flow's own.
  static func findings(_ flow: Flow) -> [Diagnostic] {
    var found: [Diagnostic] = []
    for model in flow.models { found += endpoint(model.content.endpoint?.value, model.content) }
    for agent in flow.agents {
      if case .inline(let model, _)? = agent.content.model {
        found += endpoint(model.endpoint?.value, model)
      }
      let content = agent.content
      if let type = content.type?.value, ["http", "llm", "custom"].contains(type) {
        found += performer(content.endpoint, content.headers, content.arguments)
      }
    }
    for tool in flow.tools {
      let content = tool.content
      guard let type = content.type?.value, ["http", "process"].contains(type) else { continue }
      found += performer(content.endpoint, content.headers, content.arguments)
    }
    for child in flow.flows { found += findings(child.content) }
    return found
  }

  private static func endpoint(_ text: String?, _ model: ModelDefinition) -> [Diagnostic] {
    guard let text, let span = model.endpoint?.span, !text.contains("{{"),
      let problem = LivePerformer.problem(ofAddress: text)
    else { return [] }
    return [address(problem, at: span)]
  }

  private static func performer(
    _ endpoint: Located<SourceText>?,
    _ headers: [Field],
    _ arguments: [Located<String>]
  ) -> [Diagnostic] {
    var found: [Diagnostic] = []
    if let endpoint {
      let text = endpoint.value.text
      if text.contains("{{") {
        if let problem = Self.problem(ofLateText: text) {
          found.append(address(problem, at: endpoint.span))
        }
      } else if let problem = LivePerformer.problem(ofAddress: text) {
        found.append(address(problem, at: endpoint.span))
      }
    }
    for header in headers {
      guard let text = header.value.text?.text else { continue }
      let isLiteral = !text.contains("{{")
      if !isLiteral, let problem = Self.problem(ofLateText: text) {
        found.append(Diagnostic(.headerUnusable, problem, at: header.value.span))
      }
      // What is put in later is looked at before the run; a name always stands there.
      if let obstacle = LivePerformer.problem(
        ofHeader: header.name,
        value: isLiteral ? text : ""
      ) {
        found.append(Diagnostic(.headerUnusable, obstacle.message, at: header.nameSpan))
      }
    }
    return found + commandLine(arguments)
  }

  private static func commandLine(_ arguments: [Located<String>]) -> [Diagnostic] {
    var found: [Diagnostic] = []
    for argument in arguments where argument.value.utf8.contains(0) {
      found.append(
        Diagnostic(
          .programMissing,
          "an argument holds a NUL character, which no program can receive",
          at: argument.span
        )
      )
    }
    guard let program = arguments.first, program.value.utf8.contains(0x20),
      !program.value.contains("{{"), !program.value.hasPrefix("/")
    else { return found }
    let words = program.value.split(separator: " ").map { "\"\($0)\"" }
    found.append(
      Diagnostic(
        .programMissing,
        .warning,
        "`\(program.value)` is taken for the name of one program: no shell reads it",
        at: program.span,
        hint: "write `argv: [\(words.joined(separator: ", "))]`"
      )
    )
    return found
  }

  private static func address(_ problem: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      .addressUnusable,
      problem,
      at: span,
      hint: "write a whole address, such as `https://api.example.com/search`"
    )
  }

  private static func problem(ofLateText text: String) -> String? {
    do throws(LateText.Problem) {
      _ = try LateText(text)
      return nil
    } catch {
      return error.message
    }
  }
}
