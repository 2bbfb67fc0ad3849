import Document
import Values

/// How a state's errors are told apart: the test for each name that handlers list.
struct StatesErrors {
  /// Whether a handler takes what happened.
  enum Match {
    case never
    case always
    case when(String)
  }

  /// What failed.
  enum Source {
    /// A call ran out of time.
    case timeout
    /// A call failed in another way; expressions that cannot be evaluated are the given error, or
    /// `States.Runtime`, which nothing takes.
    case call(dataError: String?)
    /// Branches or items: the failure that they left.
    case parts(failure: String)
  }

  let source: Source

  /// The failure as a map of `Error` and `Cause`, where `names` are told by their messages.
  func failure(_ names: [String]) -> String {
    switch source {
    case .timeout: return "{'Error': 'States.Timeout', 'Cause': error.message}"
    case .parts(let failure): return failure
    case .call(let dataError):
      var text =
        "error.kind == 'guard_error' ? '\(dataError ?? "States.Runtime")' : 'States.TaskFailed'"
      for name in names.reversed() {
        guard let test = Self.kinds(name).map(Self.test) ?? Self.named(name) else { continue }
        text = "\(test) ? \(ScriptTranslator.quoted(name)) : \(text)"
      }
      return "{'Error': \(text), 'Cause': error.message}"
    }
  }

  /// Whether a handler for an error of this name takes what happened.
  func match(_ name: String) -> Match {
    switch source {
    case .timeout:
      return ["States.ALL", "States.Timeout"].contains(name) ? .always : .never
    case .parts(let failure):
      let error = "\(failure).?Error.orValue('')"
      switch name {
      case "States.ALL": return .always
      case "States.TaskFailed": return .when("\(error) != 'States.Timeout'")
      default: return .when("\(error) == \(ScriptTranslator.quoted(name))")
      }
    case .call(let dataError):
      switch name {
      case "States.ALL", "States.TaskFailed":
        return dataError == nil ? .when("error.kind != 'guard_error'") : .always
      case "States.IntrinsicFailure", "States.QueryEvaluationError":
        return name == dataError ? .when("error.kind == 'guard_error'") : .never
      default:
        guard let test = Self.kinds(name).map(Self.test) ?? Self.named(name) else { return .never }
        return .when(test)
      }
    }
  }

  /// The kinds of failure that an error of the language or of a service is; nil for other names.
  static func kinds(_ name: String) -> [String]? {
    switch name {
    case "States.Permissions": ["denied"]
    case "States.Http.Socket": ["unavailable"]
    case "Lambda.ServiceException", "Lambda.AWSLambdaException", "Lambda.SdkClientException":
      ["unavailable", "unknown"]
    case "Lambda.TooManyRequestsException": ["rate_limited"]
    case "Lambda.Unknown": ["unknown", "invalid_output"]
    default: nil
    }
  }

  /// Whether an error of this name is told by the message of the failure.
  static func isTold(_ name: String) -> Bool { !name.hasPrefix("States.") && kinds(name) == nil }

  private static func test(_ kinds: [String]) -> String {
    kinds.count == 1
      ? "error.kind == '\(kinds[0])'"
      : "error.kind in [" + kinds.map { "'\($0)'" }.joined(separator: ", ") + "]"
  }

  /// The test for an error whose name the message of the failure holds, as a word of its own.
  private static func named(_ name: String) -> String? {
    guard isTold(name) else { return nil }
    var pattern = "(^|[^A-Za-z0-9_.])"
    for scalar in name.unicodeScalars {
      if ".*+?()[]{}|^$\\".unicodeScalars.contains(scalar) { pattern += "\\" }
      pattern.unicodeScalars.append(scalar)
    }
    let text = ScriptTranslator.quoted(pattern + "($|[^A-Za-z0-9_.])")
    return "error.message.matches(\(text))"
  }
}

/// One entry of `Retry`.
struct StatesRetrier {
  let node: Node
  let names: [Node]
  /// Attempts after the first.
  let attempts: Int64
  /// The pauses before them in milliseconds; the last stands for all that follow.
  let pauses: [Int64]
  /// First pause and factor, where nothing caps the pauses.
  let regular: (seconds: Int64, rate: Value?)?

  /// The longest list of pauses that a flow spells out.
  private static let maxPauses = 64

  init(_ node: Node) {
    self.node = node
    names = node["ErrorEquals"]?.elements ?? []
    var attempts: Int64 = 3
    if case .int(let count)? = node["MaxAttempts"]?.content { attempts = count }
    var seconds: Int64 = 1
    if case .int(let count)? = node["IntervalSeconds"]?.content { seconds = count }
    var rate = 2.0
    switch node["BackoffRate"]?.content {
    case .int(let whole)?: rate = Double(whole)
    case .double(let double)?: rate = double
    default: break
    }
    var cap = 31_622_400.0
    if case .int(let most)? = node["MaxDelaySeconds"]?.content { cap = min(cap, Double(most)) }
    self.attempts = max(0, min(attempts, 100_000_000))
    var pauses: [Int64] = []
    var isCapped = false
    var pause = Double(seconds)
    while pauses.count < min(self.attempts, Int64(Self.maxPauses)) {
      isCapped = isCapped || pause > cap
      pauses.append(Int64((min(pause, cap) * 1_000).rounded()))
      if pause >= cap || rate == 1 { break }
      pause *= rate
    }
    self.pauses = pauses.isEmpty ? [1_000] : pauses
    regular = isCapped ? nil : (seconds, node["BackoffRate"]?.value)
  }

  /// Whether it takes a failure whose call may have happened.
  var takesLostAnswers: Bool {
    attempts > 0
      && names.contains { name in
        let text = name.string ?? ""
        return ["States.ALL", "States.Timeout", "States.TaskFailed"].contains(text)
          || StatesErrors.kinds(text)?.contains("unknown") == true
      }
  }

  /// The kinds of failure that it takes, as `on` of a `retry`; nil when kinds do not say it.
  var kinds: [String]? {
    var kinds: [String] = []
    for name in names {
      switch name.string ?? "" {
      case "States.ALL": return []
      case "States.Timeout": kinds.append("timeout")
      case "States.TaskFailed": kinds += ["failed", "unavailable", "rate_limited"]
      default:
        guard let some = StatesErrors.kinds(name.string ?? "") else { return nil }
        kinds += some.filter { $0 != "unknown" }
      }
    }
    var unique: [String] = []
    for kind in kinds where !unique.contains(kind) { unique.append(kind) }
    return unique
  }
}
