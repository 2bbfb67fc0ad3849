import Definition
import Document
import Models
import Source
import Tools
import Values

/// A file that says how models are asked on one machine (specs/models.md, MODEL-50).
///
/// It belongs to whoever operates the program, not to a flow: it narrows what flows may do.
public struct ModelPolicyFile: Sendable {
  /// How models are asked.
  public var policy = ModelPolicy()
  /// Which hosts may be connected to.
  public var egress = EgressPolicy.open

  /// The usual policy.
  public init() {}

  /// Reads a file; nil when it has a mistake, since half a policy would protect nobody.
  public static func load(
    _ source: SourceFile,
    limits: Limits = Limits()
  ) -> (file: ModelPolicyFile?, diagnostics: [Diagnostic]) {
    let document = DocumentParser.parse(source, limits: limits)
    guard let root = document.root else { return (nil, document.diagnostics) }
    let collector = DiagnosticCollector(limits: limits)
    collector.report(contentsOf: document.diagnostics)
    let file = ModelPolicyReader(collector: collector).file(root)
    return (collector.diagnostics.hasErrors ? nil : file, collector.diagnostics)
  }
}

/// Reads the parts of a models file.
private struct ModelPolicyReader {
  let collector: DiagnosticCollector

  func file(_ root: Node) -> ModelPolicyFile {
    var file = ModelPolicyFile()
    var reader = MappingReader(root, context: "a models file", into: collector)
    guard reader.isMapping else { return file }
    if let node = reader.node("residency") { file.egress = egress(node) }
    let choices = ModelPolicy.Choice.allCases.map(\.rawValue)
    if let choice = reader.choice("choice", of: choices).flatMap(ModelPolicy.Choice.init) {
      file.policy.choice = choice
    }
    file.policy.rounds = reader.integer("rounds", in: 1...100) ?? file.policy.rounds
    set(&file.policy.backoffMilliseconds, duration("backoff", &reader))
    set(&file.policy.longestPauseMilliseconds, duration("longest_pause", &reader))
    if let node = reader.node("breaker") { breaker(node, &file.policy.breaker) }
    if let node = reader.node("limits") { self.limits(node, &file.policy.limits) }
    if let node = reader.node("cache") { cache(node, &file.policy.cache) }
    reader.finish()
    return file
  }

  private func egress(_ node: Node) -> EgressPolicy {
    var reader = MappingReader(node, context: "`residency`", into: collector)
    guard reader.isMapping else { return .open }
    let isAirGapped = reader.boolean("air_gapped") ?? false
    let listed = reader.texts("hosts")
    reader.finish()
    let hosts = (listed ?? []).compactMap { node -> HostGrant? in
      do throws(HostGrant.Problem) {
        return try HostGrant(node.string ?? "")
      } catch {
        collector.report(Messages.modelPolicy(error.message, at: node.span))
        return nil
      }
    }
    if isAirGapped { return .airGapped(besides: hosts) }
    return listed == nil ? .open : .only(hosts)
  }

  private func breaker(_ node: Node, _ rule: inout ModelPolicy.Breaker) {
    var reader = MappingReader(node, context: "`breaker`", into: collector)
    guard reader.isMapping else { return }
    rule.failures = reader.integer("failures", in: 1...1_000) ?? rule.failures
    set(&rule.pauseMilliseconds, duration("pause", &reader))
    reader.finish()
  }

  private func limits(_ node: Node, _ limits: inout ModelPolicy.EndpointLimits) {
    var reader = MappingReader(node, context: "`limits`", into: collector)
    guard reader.isMapping else { return }
    limits.concurrentCalls = reader.integer("concurrent", in: 1...10_000) ?? limits.concurrentCalls
    limits.waitingCalls = reader.integer("waiting", in: 0...1_000_000) ?? limits.waitingCalls
    if let connect = duration("connect", &reader) {
      limits.connectMilliseconds = Int(clamping: connect)
    }
    limits.firstByteMilliseconds = duration("first_byte", &reader).map { Int(clamping: $0) }
    reader.finish()
  }

  private func cache(_ node: Node, _ cache: inout ModelPolicy.Cache) {
    var reader = MappingReader(node, context: "`cache`", into: collector)
    guard reader.isMapping else { return }
    cache.entries = reader.integer("entries", in: 0...1_000_000) ?? cache.entries
    cache.bytes = reader.integer("bytes", in: 0...(1 << 32)) ?? cache.bytes
    set(&cache.milliseconds, duration("keep", &reader))
    reader.finish()
  }

  private func set(_ field: inout Int64, _ value: Int64?) {
    if let value { field = value }
  }

  private func duration(_ key: String, _ reader: inout MappingReader) -> Int64? {
    guard let node = reader.node(key) else { return nil }
    let spelling = node.text?.text ?? ""
    do throws(DurationSpelling.Fault) {
      return try DurationSpelling.milliseconds(spelling)
    } catch {
      collector.report(
        Messages.modelPolicy(
          "`\(spelling)` is no duration; write 250ms, 30s or 5m",
          at: node.span
        )
      )
      return nil
    }
  }
}
