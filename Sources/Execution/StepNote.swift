import Table
import Values

/// What a step did that its trace leaves out, for those who ask for it (`StepOutput.notes`).
///
/// The trace is journaled and kept small; whoever judges what really happened needs the answers and
/// inputs as well, and which of the places entered began their work.
public struct StepNote: Sendable {
  /// What is noted of a place.
  public enum Matter: Sendable {
    /// It began: nothing skipped or refused it.
    case began
    /// It makes the call at that position of the output's effects.
    case called(effect: Int)
    /// It runs a child flow with this input.
    case passed(Value)
    /// It has succeeded, and this is its answer as guards read it from now on.
    case answered(Value)
  }

  /// The place.
  public var place: NodeIndex
  /// Its frame.
  public var frame: Int32
  /// How many entries the trace had before.
  public var position: Int
  /// What is noted.
  public var matter: Matter
}

extension StepInterpreter {
  /// Notes something of a place of the current frame if somebody wants notes.
  @inline(__always)
  func note(_ place: NodeIndex, _ matter: @autoclosure () -> StepNote.Matter) {
    guard output.notes != nil else { return }
    let note = StepNote(
      place: place,
      frame: currentFrame,
      position: output.trace.count,
      matter: matter()
    )
    output.notes?.append(note)
  }
}
