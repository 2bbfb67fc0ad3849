import Execution
import Journal
import Models
import Table
import Tools
import Values

/// Carries out calls for real: models, HTTP services, programs; questions go to people.
///
/// Permissions are checked here once more, by the grants that the table holds for each performer.
public struct LivePerformer: Performing {
  let world: ToolSurroundings
  /// Asks models.
  let gateway: ModelGateway
  /// How long a call without a deadline of its own may take.
  private let defaultDeadlineMilliseconds: Int64

  /// A performer with its connections and secrets; `models` says how models are asked.
  public init(
    surroundings: ToolSurroundings = ToolSurroundings(),
    models: ModelPolicy = ModelPolicy(),
    defaultDeadlineMilliseconds: Int64 = 600_000
  ) {
    world = surroundings
    gateway = ModelGateway(surroundings: surroundings, policy: models)
    self.defaultDeadlineMilliseconds = defaultDeadlineMilliseconds
  }

  /// Why calls of `performer` can never be carried out here; known before a run starts.
  public func obstacle(to performer: Performer) -> String? {
    let name = "\(performer.role == .agent ? "agent" : "tool") `\(performer.id)`"
    switch performer.kind {
    case .human: return nil
    case .model:
      if performer.model.isEmpty { return "\(name) names no model" }
      return obstacle(toModelOf: performer, name)
    case .http:
      if performer.endpoint.isEmpty { return "\(name) has no `endpoint`" }
      let denial = (try? HTTPAddress(performer.endpoint)).flatMap(world.client.egress.check)
      return denial.map { "\(name): \($0.message)" }
    case .process:
      return performer.arguments.isEmpty ? "\(name) has no `argv`" : nil
    case .scripted: return "\(name) answers only from a scenario"
    case .plan: return nil
    case .foreign:
      let type = performer.typeName.isEmpty ? "no type" : "the type `\(performer.typeName)`"
      return "\(name) has \(type), which only scenarios answer for"
    }
  }

  /// Carries out one call; ends early when its task is cancelled.
  public func perform(_ call: DispatchedCall) async -> CallResult {
    if let obstacle = obstacle(to: call.performer) {
      return .failed(.denied, message: obstacle, wasSent: false)
    }
    let cancellation = Cancellation()
    return await withTaskCancellationHandler {
      switch call.performer.kind {
      case .human: .awaitsPerson
      case .model: await ask(call, cancellation)
      case .http: await request(call, cancellation)
      case .process: await start(call, cancellation)
      case .scripted, .foreign, .plan:
        .failed(.denied, message: "`\(call.performer.id)` cannot be called", wasSent: false)
      }
    } onCancel: {
      cancellation.cancel()
    }
  }

  // MARK: Kinds

  private func ask(_ call: DispatchedCall, _ cancellation: Cancellation) async -> CallResult {
    let candidates = candidates(for: call.performer, call.pricer)
    guard !candidates.isEmpty else {
      return .failed(.denied, message: "`\(call.performer.id)` has no address", wasSent: false)
    }
    var grants = self.grants(of: call.performer)
    for candidate in candidates {
      // The flow names the model, and with it the service that serves it and that service's key.
      grants.hosts.append(HostGrant(candidate.model.endpoint.baseAddress))
      grants.models.append(candidate.model.model)
      if let key = candidate.model.endpoint.keyName { grants.environmentNames.append(key) }
    }
    let start = ContinuousClock.now
    // A little earlier than the run's own alarm, which knows nothing of what was used by then.
    let whole = remaining(call)
    let limit = whole - min(50, whole / 10)
    var conversation = AgentConversation(
      call,
      gateway: gateway,
      candidates: candidates,
      grants: grants,
      cancellation: cancellation,
      remaining: {
        let (seconds, attoseconds) = start.duration(to: .now).components
        return max(1, limit - Int(seconds * 1_000 + attoseconds / 1_000_000_000_000_000))
      },
      perform: { await self.perform($0) }
    )
    return await conversation.answer()
  }

  private func request(_ call: DispatchedCall, _ cancellation: Cancellation) async -> CallResult {
    let performer = call.performer
    do throws(LateText.Problem) {
      var headers: [HTTPTool.Header] = []
      for header in performer.headers {
        headers.append(HTTPTool.Header(name: header.name, value: try LateText(header.text)))
      }
      let endpoint = try LateText(performer.endpoint)
      let tool = HTTPTool(
        endpoint: endpoint,
        headers: headers,
        repeatability: Self.repeatability(of: performer)
      )
      var grants = self.grants(of: performer)
      grants.environmentNames += endpoint.names + headers.flatMap(\.value.names)
      return Self.result(await tool.call(self.call(call, grants, cancellation), in: world))
    } catch {
      return .failed(.denied, message: "`\(performer.id)`: \(error.message)", wasSent: false)
    }
  }

  private func start(_ call: DispatchedCall, _ cancellation: Cancellation) async -> CallResult {
    let performer = call.performer
    do throws(LateText.Problem) {
      var arguments: [LateText] = []
      for argument in performer.arguments { arguments.append(try LateText(argument)) }
      let tool = ProcessTool(
        arguments: arguments,
        environmentNames: performer.environmentNames,
        repeatability: Self.repeatability(of: performer)
      )
      var grants = self.grants(of: performer)
      grants.environmentNames += arguments.flatMap(\.names)
      return Self.result(await tool.call(self.call(call, grants, cancellation), in: world))
    } catch {
      return .failed(.denied, message: "`\(performer.id)`: \(error.message)", wasSent: false)
    }
  }

  // MARK: Parts

  private func grants(of performer: Performer) -> Grants {
    var grants = Grants()
    grants.hosts = performer.grantedHosts.compactMap { try? HostGrant($0) }
    if let own = try? HTTPAddress(performer.endpoint) { grants.hosts.append(HostGrant(own)) }
    grants.programs = performer.grantedPrograms
    grants.environmentNames = performer.grantedEnvironment
    grants.models = performer.grantedModels
    grants.tools = performer.grantedTools
    return grants
  }

  private func call(
    _ call: DispatchedCall,
    _ grants: Grants,
    _ cancellation: Cancellation
  ) -> ToolCall {
    ToolCall(
      input: call.input,
      idempotencyKey: call.idempotencyKey,
      grants: grants,
      deadlineMilliseconds: remaining(call),
      cancellation: cancellation
    )
  }

  private func remaining(_ call: DispatchedCall) -> Int {
    let milliseconds =
      call.deadlineMilliseconds < 0
      ? defaultDeadlineMilliseconds : call.deadlineMilliseconds - call.startedMilliseconds
    return Int(max(1, milliseconds))
  }

  private static func repeatability(of performer: Performer) -> Repeatability {
    Repeatability(
      effect: performer.isWrite ? .write : .read,
      isIdempotent: performer.isIdempotent
    )
  }

  private static func result(_ result: Result<Value, CallFailure>) -> CallResult {
    switch result {
    case .success(let output): .completed(output: output, usage: nil)
    case .failure(let failure): failed(failure, usage: nil)
    }
  }

  private static func failed(_ failure: CallFailure, usage: Usage?) -> CallResult {
    let ending = CallResult.failed(
      ErrorKind(name: failure.kind.rawValue) ?? .failed,
      message: failure.message,
      usage: usage,
      wasSent: failure.requestWasSent
    )
    guard let pause = failure.retryAfterMilliseconds, pause > 0 else { return ending }
    return .pausing(milliseconds: Int64(pause), ending)
  }
}
