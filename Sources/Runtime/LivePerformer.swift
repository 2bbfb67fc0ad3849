import Execution
import Models
import Source
import Table
import Tools
import Values

/// Carries out calls in the world: models, HTTP services, processes; people are left to answer.
///
/// What a performer may reach is checked again here, at dispatch, against its grants.
public struct LivePerformer: Performing {
  private let world: ToolSurroundings
  private let askPerson: (@Sendable (DispatchedCall) async -> CallResult)?

  /// A performer; `askPerson` asks whoever sits at the terminal, without it the run waits.
  public init(
    _ surroundings: ToolSurroundings = ToolSurroundings(),
    askPerson: (@Sendable (DispatchedCall) async -> CallResult)? = nil
  ) {
    world = surroundings
    self.askPerson = askPerson
  }

  /// Why calls of `performer` can never be carried out: no address, or a type not called yet.
  public func obstacle(to performer: Performer) -> String? {
    switch performer.kind {
    case .human: return nil
    case .model:
      if performer.model.isEmpty { return "no model is given" }
      if case .failure(let failure) = Self.endpoint(of: performer) { return failure.message }
      return nil
    case .http: return performer.endpoint.isEmpty ? "it has no `endpoint`" : nil
    case .process: return performer.arguments.isEmpty ? "it has no `argv`" : nil
    case .scripted: return "only scenarios answer for it"
    case .foreign: return "type `\(performer.typeName)` is not called by this version"
    }
  }

  /// Carries out one call.
  public func perform(_ call: DispatchedCall) async -> CallResult {
    switch call.performer.kind {
    case .human: return await askPerson?(call) ?? .awaitsPerson
    case .model: return await askModel(call)
    case .http: return await callService(call)
    case .process: return await runProcess(call)
    case .scripted, .foreign:
      return .failed(
        .denied,
        message: obstacle(to: call.performer) ?? "it cannot be called",
        wasSent: false
      )
    }
  }

  // MARK: Tools

  private func callService(_ call: DispatchedCall) async -> CallResult {
    let performer = call.performer
    let endpoint: LateText
    var headers: [HTTPTool.Header] = []
    do throws(LateText.Problem) {
      endpoint = try LateText(performer.endpoint)
      for header in performer.headers {
        headers.append(HTTPTool.Header(name: header.name, value: try LateText(header.text)))
      }
    } catch {
      return .failed(.failed, message: error.message, wasSent: false)
    }
    let tool = HTTPTool(
      endpoint: endpoint,
      headers: headers,
      repeatability: Self.repeatability(of: performer)
    )
    return await Self.result(of: tool.call(toolCall(call), in: world))
  }

  private func runProcess(_ call: DispatchedCall) async -> CallResult {
    let performer = call.performer
    var arguments: [LateText] = []
    do throws(LateText.Problem) {
      for argument in performer.arguments { arguments.append(try LateText(argument)) }
    } catch {
      return .failed(.failed, message: error.message, wasSent: false)
    }
    let tool = ProcessTool(
      arguments: arguments,
      environmentNames: performer.environmentNames,
      repeatability: Self.repeatability(of: performer)
    )
    return await Self.result(of: tool.call(toolCall(call), in: world))
  }

  private func toolCall(_ call: DispatchedCall) -> ToolCall {
    ToolCall(
      input: call.input,
      idempotencyKey: call.idempotencyKey,
      grants: Self.grants(of: call.performer),
      deadlineMilliseconds: Self.remainingMilliseconds(call)
    )
  }

  private static func result(of answer: Result<Value, CallFailure>) -> CallResult {
    switch answer {
    case .success(let output): .completed(output: output, usage: nil)
    case .failure(let failure): Self.failed(failure, usage: nil)
    }
  }

  private static func failed(_ failure: CallFailure, usage: Usage?) -> CallResult {
    .failed(
      ErrorKind(name: failure.kind.rawValue) ?? .failed,
      message: failure.message,
      usage: usage,
      wasSent: failure.requestWasSent
    )
  }

  // MARK: Models

  private func askModel(_ call: DispatchedCall) async -> CallResult {
    let endpoint: ModelEndpoint
    switch Self.endpoint(of: call.performer) {
    case .failure(let failure): return Self.failed(failure, usage: nil)
    case .success(let found): endpoint = found
    }
    let performer = call.performer
    var messages: [ChatMessage] = []
    if let instructions = call.instructions { messages.append(ChatMessage(.system, instructions)) }
    messages.append(ChatMessage(.user, call.prompt ?? JSONWriter.string(call.input)))
    var request = ChatRequest(
      model: performer.model,
      messages: messages,
      temperature: performer.temperatureThousandths < 0
        ? nil : Double(performer.temperatureThousandths) / 1_000,
      maxOutputTokens: performer.outputTokens > 0
        ? Int(clamping: performer.outputTokens) : Self.defaultOutputTokens
    )
    if let schema = call.outputSchema {
      request.schema = ChatSchema(name: performer.id, schema: schema, isStrict: false)
    }
    let answer = await ChatModel(endpoint: endpoint, surroundings: world).answer(
      request,
      grants: Self.grants(of: performer),
      deadlineMilliseconds: Self.remainingMilliseconds(call)
    )
    switch answer {
    case .success(let answer):
      return .completed(
        output: answer.json ?? .string(answer.text),
        usage: Self.usage(answer.usage)
      )
    case .failure(let failure):
      return Self.failed(failure.failure, usage: Self.usage(failure.usage))
    }
  }

  /// Answers without a declared limit are cut here, so that no answer is without bound.
  private static let defaultOutputTokens = 4_096

  private static func usage(_ usage: TokenUsage?) -> Usage? {
    usage.map {
      Usage(promptTokens: Int64($0.prompt), outputTokens: Int64($0.output))
    }
  }

  private static func endpoint(of performer: Performer) -> Result<ModelEndpoint, CallFailure> {
    func refused(_ message: String) -> Result<ModelEndpoint, CallFailure> {
      .failure(CallFailure(kind: .failed, message: message, requestWasSent: false))
    }
    var base: HTTPAddress?
    if !performer.endpoint.isEmpty {
      do throws(HTTPAddress.Problem) {
        base = try HTTPAddress(performer.endpoint)
      } catch {
        return refused("the endpoint is not a usable URL: \(error.message)")
      }
    }
    let key = performer.keyVariable.isEmpty ? nil : performer.keyVariable
    if let known = ModelEndpoint(provider: performer.provider, base: base, keyName: key) {
      return .success(known)
    }
    guard let base else {
      let known = ModelEndpoint.providers.joined(separator: ", ")
      return refused(
        "provider `\(performer.provider)` needs an `endpoint`; without one are known: \(known)"
      )
    }
    return .success(ModelEndpoint(baseAddress: base, keyName: key))
  }

  // MARK: Permissions

  private static func repeatability(of performer: Performer) -> Repeatability {
    Repeatability(
      effect: performer.isWrite ? .write : .read,
      isIdempotent: performer.isIdempotent
    )
  }

  /// What the table grants a performer.
  static func grants(of performer: Performer) -> Grants {
    var grants = Grants()
    grants.hosts = performer.grantedHosts.compactMap { host in
      do throws(HostGrant.Problem) { return try HostGrant(host) } catch { return nil }
    }
    grants.programs = performer.grantedPrograms
    grants.environmentNames = performer.grantedEnvironment
    grants.models = performer.grantedModels
    grants.tools = performer.grantedTools
    // What the flow itself writes in a performer is granted there (FLOW-FORMAT, `permissions`):
    // references in its own address, headers and arguments, its model's service and key.
    let texts = [performer.endpoint] + performer.headers.map(\.text) + performer.arguments
    for text in texts {
      if let late = try? LateText(text) { grants.environmentNames += late.names }
    }
    if performer.kind == .model, case .success(let endpoint) = endpoint(of: performer) {
      grants.hosts.append(HostGrant(endpoint.baseAddress))
      if let key = endpoint.keyName { grants.environmentNames.append(key) }
    }
    return grants
  }

  /// A call without a deadline of its own is cut after a day.
  private static let longestMilliseconds: Int64 = 86_400_000

  private static func remainingMilliseconds(_ call: DispatchedCall) -> Int {
    guard call.deadlineMilliseconds >= 0 else { return Int(longestMilliseconds) }
    return Int(clamping: max(1, call.deadlineMilliseconds - call.startedMilliseconds))
  }
}
