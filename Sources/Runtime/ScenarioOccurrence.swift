import Execution
import Source
import Values

/// Something that happens outside a scenario's run at a time of its virtual clock.
public struct ScenarioOccurrence: Sendable {
  /// What happens.
  public enum Content: Sendable {
    /// A named event arrives.
    case event(name: String, data: Value)
    /// Somebody asks the run to stop.
    case cancel(reason: String)
  }

  /// What happens.
  public var content: Content
  /// How long after the run's start, in milliseconds.
  public var afterMilliseconds: Int64
  /// Where it is written.
  public var span: SourceSpan

  package init(content: Content, afterMilliseconds: Int64, span: SourceSpan) {
    self.content = content
    self.afterMilliseconds = afterMilliseconds
    self.span = span
  }

  /// The run event that it becomes.
  var event: RunEvent.Kind {
    switch content {
    case .event(let name, let data): .external(name: name, payload: data)
    case .cancel(let reason): .cancelled(reason: reason)
    }
  }

  /// What happens, in words.
  var words: String {
    switch content {
    case .event(let name, _): "the event `\(name)`"
    case .cancel: "the cancellation"
    }
  }
}
