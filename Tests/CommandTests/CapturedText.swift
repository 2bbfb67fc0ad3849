import SignalboxCommand
import Synchronization

/// A stream that keeps what is written.
final class CapturedText: TextStream {
  let isTerminal: Bool
  let failure: Int32?
  private let kept = Mutex("")

  init(isTerminal: Bool = false, failure: Int32? = nil) {
    self.isTerminal = isTerminal
    self.failure = failure
  }

  var text: String { kept.withLock { $0 } }

  func write(_ text: String) { kept.withLock { $0 += text } }
}

/// What one command line wrote and how it ended.
struct Outcome {
  let output: String
  let talk: String
  let code: ExitCode

  init(_ words: String...) async {
    let output = CapturedText()
    let talk = CapturedText()
    code = await Program.run(words, Console(output: output, talk: talk, environment: { _ in nil }))
    self.output = output.text
    self.talk = talk.text
  }
}
