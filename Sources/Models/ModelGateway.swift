import Synchronization
import Tools
import Values

/// The clock of pauses and breakers: a seam to the world.
public struct GatewayTime: Sendable {
  /// Milliseconds that never go back.
  public var now: @Sendable () -> Int64
  /// Waits so many milliseconds, or until the task is cancelled.
  public var sleep: @Sendable (Int64) async -> Void

  /// A clock of two functions.
  public init(
    now: @escaping @Sendable () -> Int64,
    sleep: @escaping @Sendable (Int64) async -> Void
  ) {
    self.now = now
    self.sleep = sleep
  }

  /// The system's monotonic clock.
  public static let system: GatewayTime = {
    let start = ContinuousClock.now
    return GatewayTime(
      now: {
        let (seconds, attoseconds) = start.duration(to: .now).components
        return seconds * 1_000 + attoseconds / 1_000_000_000_000_000
      },
      sleep: { milliseconds in
        try? await Task.sleep(for: .milliseconds(min(milliseconds, 86_400_000)))
      }
    )
  }()
}

/// A model that may answer a question.
public struct ModelCandidate: Sendable {
  /// Where it is asked.
  public var endpoint: ModelEndpoint
  /// The provider's name of the model.
  public var model: String
  /// What a call may cost at worst; `Int64.max` when nothing bounds it.
  public var worstPicodollars: Int64

  /// A candidate.
  public init(endpoint: ModelEndpoint, model: String, worstPicodollars: Int64) {
    self.endpoint = endpoint
    self.model = model
    self.worstPicodollars = worstPicodollars
  }
}

/// An answer, and whose it is.
public struct GatewayAnswer: Sendable {
  /// The answer.
  public var answer: ChatAnswer
  /// The candidate's place in the list that was given.
  public var candidate: Int
  /// Whether it was remembered, so that nobody charges for it.
  public var isCached: Bool
}

/// Why nobody answered, and who was asked last.
public struct GatewayFailure: Error, Sendable {
  /// Why, and what was consumed all the same.
  public var failure: ChatFailure
  /// The place of the candidate that failed last; nil when none was asked.
  public var candidate: Int?
}

/// Asks models: remembers answers, limits calls, waits and fails over as a policy says.
///
/// One gateway serves all runs of a program, so that they share what is known of each endpoint. At
/// most one request of a call is ever charged for: after one that may have cost something, the
/// failure is the caller's.
public final class ModelGateway: Sendable {
  private final class Service: Sendable {
    let breaker: Mutex<CircuitBreaker>
    let slots: CallSlots

    init(policy: ModelPolicy) {
      breaker = Mutex(CircuitBreaker(rule: policy.breaker))
      slots = CallSlots(
        count: policy.limits.concurrentCalls,
        mostWaiting: policy.limits.waitingCalls
      )
    }
  }

  /// How models are asked.
  public let policy: ModelPolicy
  private let world: ToolSurroundings
  private let time: GatewayTime
  private let cache: AnswerCache
  private let services = Mutex<[MapKey: Service]>([:])

  /// A gateway with its connections.
  public init(
    surroundings: ToolSurroundings,
    policy: ModelPolicy = ModelPolicy(),
    time: GatewayTime = .system
  ) {
    world = surroundings
    self.policy = policy
    self.time = time
    cache = AnswerCache(rule: policy.cache)
  }

  /// The reason to refuse `endpoint` before anything is sent, by the residency policy.
  public func denial(of endpoint: ModelEndpoint) -> Denial? {
    world.client.egress.check(endpoint.baseAddress)
  }

  /// Asks the candidates, in the policy's order, until one answers.
  ///
  /// `mayUseCache` is false for an attempt that follows a bad answer. The question's own model name
  /// is replaced by each candidate's.
  public func answer(
    _ question: ChatRequest,
    candidates: [ModelCandidate],
    grants: Grants,
    deadlineMilliseconds: Int,
    mayUseCache: Bool = true,
    cancellation: Cancellation = Cancellation()
  ) async -> Result<GatewayAnswer, GatewayFailure> {
    await withLinkedCancellation(cancellation) { cancellation in
      var call = Asking(
        gateway: self,
        question: question,
        grants: grants,
        endMilliseconds: time.now() + Int64(max(1, deadlineMilliseconds)),
        mayUseCache: mayUseCache && cache.isUsed && question.temperature == 0,
        cancellation: cancellation
      )
      return await call.answer(from: ordered(candidates))
    }
  }

  /// The candidates in the order in which they are asked, with their places.
  private func ordered(_ candidates: [ModelCandidate]) -> [(Int, ModelCandidate)] {
    let numbered = Array(candidates.enumerated()).map { ($0.offset, $0.element) }
    guard policy.choice == .cheapest else { return numbered }
    return numbered.sorted { left, right in
      (left.1.worstPicodollars, left.0) < (right.1.worstPicodollars, right.0)
    }
  }

  private func service(_ endpoint: ModelEndpoint) -> Service {
    services.withLock { services in
      let key = MapKey.string(endpoint.label)
      if let known = services[key] { return known }
      let service = Service(policy: policy)
      services[key] = service
      return service
    }
  }
}

extension ModelGateway {
  /// One question on its way through rounds of candidates.
  private struct Asking {
    let gateway: ModelGateway
    let question: ChatRequest
    let grants: Grants
    let endMilliseconds: Int64
    let mayUseCache: Bool
    let cancellation: Cancellation
    private var last: GatewayFailure?

    init(
      gateway: ModelGateway,
      question: ChatRequest,
      grants: Grants,
      endMilliseconds: Int64,
      mayUseCache: Bool,
      cancellation: Cancellation
    ) {
      self.gateway = gateway
      self.question = question
      self.grants = grants
      self.endMilliseconds = endMilliseconds
      self.mayUseCache = mayUseCache
      self.cancellation = cancellation
    }

    private var now: Int64 { gateway.time.now() }

    mutating func answer(
      from candidates: [(Int, ModelCandidate)]
    ) async -> Result<GatewayAnswer, GatewayFailure> {
      let allowed = candidates.filter { gateway.denial(of: $0.1.endpoint) == nil }
      guard !allowed.isEmpty else {
        let denial = candidates.first.flatMap { gateway.denial(of: $0.1.endpoint) }
        let failure = denial?.failure ?? .unsent("no model may answer this question")
        return .failure(Self.unsent(failure, nil))
      }
      for round in 1...max(1, gateway.policy.rounds) {
        for (place, candidate) in allowed {
          switch await attempt(place, candidate) {
          case .success(let answer): return .success(answer)
          case .failure(let failure):
            // The first cause is kept where a later candidate was not even asked.
            if last == nil || failure.candidate != nil { last = failure }
            guard Self.mayGoOn(after: failure) else { return .failure(failure) }
          }
        }
        guard round < gateway.policy.rounds, await pause(after: round, allowed) else { break }
      }
      return .failure(last ?? Self.unsent(.unsent("no model may answer this question"), nil))
    }

    /// Waits until some candidate may be asked again; false when that takes too long.
    private func pause(after round: Int, _ allowed: [(Int, ModelCandidate)]) async -> Bool {
      let backoff = gateway.policy.backoffMilliseconds << min(round - 1, 20)
      let until = allowed.map { _, candidate in
        gateway.service(candidate.endpoint).breaker.withLock {
          $0.pauseMilliseconds(atMilliseconds: now)
        }
      }
      // Spread by content, so that equal failures do not come back at one moment, nor by chance.
      let spread = Int64(question.promptTokensUpperBound % 64) * max(1, backoff) / 256
      let pause = max(until.min() ?? 0, backoff + spread)
      guard pause <= gateway.policy.longestPauseMilliseconds, now + pause < endMilliseconds,
        !cancellation.isCancelled
      else { return false }
      let time = gateway.time
      let sleeper = Task { await time.sleep(pause) }
      let registration = cancellation.whenCancelled { sleeper.cancel() }
      await sleeper.value
      cancellation.forget(registration)
      return !cancellation.isCancelled
    }

    private mutating func attempt(
      _ place: Int,
      _ candidate: ModelCandidate
    ) async -> Result<GatewayAnswer, GatewayFailure> {
      var request = question
      request.model = candidate.model
      let model = ChatModel(endpoint: candidate.endpoint, surroundings: gateway.world)
      let digest = mayUseCache ? digest(of: request, model) : nil
      if let digest, let known = gateway.cache.answer(digest, atMilliseconds: now) {
        return .success(GatewayAnswer(answer: known, candidate: place, isCached: true))
      }
      let service = gateway.service(candidate.endpoint)
      if let refusal = await admission(to: service, candidate.endpoint) {
        return .failure(Self.unsent(refusal, nil))
      }
      let limits = gateway.policy.limits
      let isStreaming = candidate.endpoint.streaming != .off
      let result = await model.answer(
        request,
        grants: grants,
        deadlines: ChatModel.Deadlines(
          wholeMilliseconds: Int(max(1, endMilliseconds - now)),
          connectMilliseconds: limits.connectMilliseconds,
          firstByteMilliseconds: isStreaming ? limits.firstByteMilliseconds : nil
        ),
        cancellation: cancellation
      )
      service.slots.release()
      learn(from: result, service)
      switch result {
      case .success(let answer):
        if let digest { gateway.cache.keep(answer, digest, atMilliseconds: now) }
        return .success(GatewayAnswer(answer: answer, candidate: place, isCached: false))
      case .failure(let failure):
        return .failure(GatewayFailure(failure: failure, candidate: place))
      }
    }

    /// What the answer depends on: address, wire format and the whole body.
    private func digest(of request: ChatRequest, _ model: ChatModel) -> Digest {
      let endpoint = model.endpoint
      let head = "\(endpoint.dialect.rawValue)\n\(endpoint.baseAddress.text)\n"
      return .sha256(Array(head.utf8) + model.bodyBytes(of: request))
    }

    /// Waits for a slot and the breaker; the failure when there is none.
    private func admission(to service: Service, _ endpoint: ModelEndpoint) async -> CallFailure? {
      let isAdmitted = service.breaker.withLock { $0.admits(atMilliseconds: now) }
      guard isAdmitted else { return Self.paused(service, endpoint, now) }
      let admission = await service.slots.acquire(
        withinMilliseconds: max(0, endMilliseconds - now),
        gateway.time,
        cancellation
      )
      if case .admitted = admission { return nil }
      service.breaker.withLock { $0.endedWithoutVerdict() }
      switch admission {
      case .admitted: return nil
      case .cancelled:
        return CallFailure(kind: .cancelled, message: "cancelled", requestWasSent: false)
      case .overdue:
        return CallFailure(
          kind: .timeout,
          message: "no call to `\(endpoint.label)` ended before the deadline",
          requestWasSent: false
        )
      case .queueIsFull:
        return CallFailure(
          kind: .rateLimited,
          message: "too many calls wait for `\(endpoint.label)`",
          requestWasSent: false
        )
      }
    }

    private static func paused(
      _ service: Service,
      _ endpoint: ModelEndpoint,
      _ now: Int64
    ) -> CallFailure {
      let (pause, failures) = service.breaker.withLock { breaker in
        (breaker.pauseMilliseconds(atMilliseconds: now), breaker.failures)
      }
      let why = failures > 0 ? "failed \(failures) times in a row" : "asked for a pause"
      return CallFailure(
        kind: failures > 0 ? .unavailable : .rateLimited,
        message: "`\(endpoint.label)` \(why) and is not asked for \(pause) ms",
        retryAfterMilliseconds: Int(clamping: pause),
        requestWasSent: false
      )
    }

    private func learn(from result: Result<ChatAnswer, ChatFailure>, _ service: Service) {
      service.breaker.withLock { breaker in
        guard case .failure(let failure) = result else { return breaker.succeeded() }
        let cause = failure.failure
        switch cause.kind {
        case .rateLimited, .unavailable:
          if let pause = cause.retryAfterMilliseconds {
            breaker.wasAsked(toPauseMilliseconds: Int64(pause), atMilliseconds: now)
          } else if cause.kind == .unavailable {
            breaker.failed(atMilliseconds: now)
          } else {
            breaker.endedWithoutVerdict()
          }
        case .timeout: breaker.failed(atMilliseconds: now)
        case .invalidOutput, .failed, .unknown: breaker.succeeded()
        case .cancelled, .denied: breaker.endedWithoutVerdict()
        }
      }
    }

    /// Whether another candidate or round may be tried: nothing was consumed, and not by its fault.
    private static func mayGoOn(after failure: GatewayFailure) -> Bool {
      guard failure.failure.isFree else { return false }
      return switch failure.failure.failure.kind {
      case .unavailable, .rateLimited, .timeout: true
      case .invalidOutput, .denied, .cancelled, .unknown, .failed: false
      }
    }

    private static func unsent(_ failure: CallFailure, _ candidate: Int?) -> GatewayFailure {
      GatewayFailure(failure: ChatFailure(failure: failure, usage: nil), candidate: candidate)
    }
  }
}
