import Signalbox
import Testing

/// What calls and tries of Serverless Workflow call, how often, and what they give.
@Suite struct WorkflowCallTests {
  private static let header =
    "document: {dsl: '1.0.3', namespace: x, name: m, version: '0.1.0'}\n"

  private func table(_ text: String) throws -> LinkedTable {
    let imported = WorkflowImporter.flow(SourceFile(name: "w.yaml", text: Self.header + text))
    let flow = try #require(imported.flow, "\(imported.diagnostics.map(\.message))")
    let loaded = FlowLoader.load(SourceFile(name: "flow.yaml", text: flow.text))
    let definition = try #require(loaded.flow, "\(loaded.diagnostics.map(\.message))\n\(flow.text)")
    let prepared = FlowPreparation.prepare(definition, files: [], found: loaded.diagnostics)
    let errors = prepared.diagnostics.filter { $0.severity == .error }
    #expect(errors.isEmpty, "\(errors.map(\.message))\n\(flow.text)")
    let compiled = FlowCompiler.compile(definition)
    return try #require(compiled.table, "\(compiled.diagnostics.map(\.message))\n\(flow.text)")
  }

  @Test func `a request keeps its parameters apart from its address`() throws {
    let table = try table(
      """
      use: {authentications: {me: {bearer: {token: '${ .token }'}}}}
      do:
        - pay:
            call: http
            with:
              method: POST
              endpoint: {uri: 'https://x.io/orders/{id}', authentication: {use: me}}
              headers: {accept: text/plain}
              query: {q: '${ .q }'}
              body: {amount: '${ .a * 2 }'}
      """
    )
    let input = try JSONParser.parse(#"{"id": "a/b", "q": 1, "a": 1.5, "token": "t"}"#)
    let run = ScriptedRun(table, input: input) { _, _ in .output(.string("done")) }
    let wanted = """
      {"method": "post", "uri": "https://x.io/orders/{id}", "parameters": {"id": "a/b"}, \
      "headers": {"accept": "text/plain", "authorization": "Bearer t"}, "query": {"q": 1}, \
      "body": {"amount": 3.0}}
      """
    #expect(run.calls.map(\.name) == ["pay"])
    #expect(run.calls.first?.input == (try JSONParser.parse(wanted)))
    #expect(run.result["output"] == .string("done"))
  }

  private static let retried = """
    do:
      - outer:
          try:
            - get: {call: http, with: {method: get, endpoint: 'https://x.io/a'}}
          catch:
            errors:
              with:
                type: https://serverlessworkflow.io/dsl/errors/types/communication
                status: 503
            retry: {delay: {seconds: 2}, backoff: {exponential: {}}, limit: {attempt: {count: 2}}}
            do:
              - say: {set: {caught: '${ $error.status }', where: '${ $error.instance }'}}
    """

  @Test func `a fault that fits is tried again and then caught`() throws {
    let table = try table(Self.retried)
    let run = ScriptedRun(table) { _, _ in .failure(.unavailable, "status 503") }
    #expect(run.calls.map(\.at) == [0, 2_000, 6_000])
    #expect(run.result["output"]?["caught"] == .int(503))
    #expect(run.result["output"]?["where"] == .string("/do/0/outer/try/0/get"))
    let well = ScriptedRun(table) { _, number in
      number == 0 ? .failure(.unavailable, "no route") : .output(.int(1))
    }
    #expect(well.result["output"] == .int(1))
  }

  @Test func `a fault that does not fit fails the workflow`() throws {
    let run = ScriptedRun(try table(Self.retried)) { _, _ in .failure(.failed, "status 404") }
    #expect(run.calls.count == 1)
    #expect(run.result["error"]?["status"] == .int(404))
    #expect(run.result["error"]?["instance"] == .string("/do/0/outer/try/0/get"))
  }

  @Test func `a raised error of use is caught by what stands around it`() throws {
    let run = ScriptedRun(
      try table(
        """
        use: {errors: {late: {type: 'https://x.io/late', status: 400, title: late}}}
        do:
          - t:
              try: [{r: {raise: {error: late}}}]
              catch: {errors: {with: {status: 400}}, as: e, do: [{s: {set: {t: '${ $e.title }'}}}]}
        """
      )
    ) { _, _ in .output(.null) }
    #expect(run.result["output"] == .map(["t": .string("late")]))
  }

  @Test(
    arguments: [
      (".a * 2", "3.0"), (".a - 1", "0.5"), (".n + 1", "8"), (".n + .a", "8.5"),
      (".none + .n", "7"),
      (".o + {x: 1}", #"{"y": 2, "x": 1}"#), (".o + .p", #"{"y": 3, "z": 4}"#),
      (".t + \"b\"", #""tb""#), (".l + [1]", "[0, 1]"), (".t + null", #""t""#),
    ]
  )
  func `arithmetic knows one kind of number`(_ text: String, _ wanted: String) throws {
    let input = try JSONParser.parse(
      #"{"a": 1.5, "n": 7, "o": {"y": 2}, "p": {"y": 3, "z": 4}, "t": "t", "l": [0]}"#
    )
    let run = ScriptedRun(try table("do: [{s: {set: {r: '${ \(text) }'}}}]"), input: input) {
      _,
      _ in
      .output(.null)
    }
    #expect(run.result["output"]?["r"] == (try JSONParser.parse(wanted)))
  }

  @Test(
    arguments: [
      ("do: [{a: {fork: {branches: []}}}]", "`a` of kind `fork`"),
      ("do: [{a: {listen: {to: {one: {}}}}}]", "`a` of kind `listen`"),
      ("do: [{a: {run: {shell: {command: ls}}}}]", "`a` of kind `run`"),
      ("schedule: {cron: '0 0 * * *'}\ndo: [{a: {set: {x: 1}}}]", "`schedule`"),
      ("use: {functions: {}}\ndo: [{a: {set: {x: 1}}}]", "`functions` of `use`"),
      ("do: [{a: {call: grpc, with: {}}}]", "`grpc`"),
      ("do: [{a: {call: http, with: {endpoint: 'https://x', redirect: true}}}]", "`redirect`"),
      (
        "do: [{a: {call: http, with: {endpoint: {uri: u, authentication: {digest: {}}}}}}]",
        "authentication"
      ),
      ("do: [{a: {try: [{b: {set: {x: 1}}}], catch: {retry: {delay: {seconds: 1}}}}}]", "limit"),
    ]
      + ["PTnanS", "PT-infS", "PT-1S"].map { delay in
        (
          "do: [{a: {try: [{b: {set: {x: 1}}}], catch: {retry: {delay: \(delay), "
            + "limit: {attempt: {count: 2}}}}}}]", "this pause"
        )
      }
  )
  func `what has no counterpart is refused by name`(_ text: String, _ word: String) throws {
    let file = SourceFile(name: "w.yaml", text: Self.header + text)
    let (flow, diagnostics) = WorkflowImporter.flow(file)
    #expect(flow == nil)
    let finding = try #require(diagnostics.first { $0.severity == .error })
    #expect(finding.code == .importOutOfScope)
    #expect(finding.message.contains(word), "\(finding.message)")
  }

  @Test(
    arguments: [
      "do: [{a: {call: http, with: {method: get}}}]", "do: [{a: {try: [{b: {set: {x: 1}}}]}}]",
      "do: [{a: {raise: {error: nothing}}}]",
      "do: [{a: {call: openapi, with: {operationId: x}}}]",
      "do: [{a: {try: [{b: {set: {x: 1}}}], catch: {retry: nothing}}}]",
    ]
  )
  func `what is incomplete is invalid`(_ text: String) {
    let file = SourceFile(name: "w.yaml", text: Self.header + text)
    let (flow, diagnostics) = WorkflowImporter.flow(file)
    #expect(flow == nil)
    #expect(diagnostics.contains { $0.code == .importInvalid })
  }
}
