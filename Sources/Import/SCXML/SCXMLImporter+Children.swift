import Document
import Source
import Values
import XML

// Child machines.
extension SCXMLImporter {
  /// The variables of this machine that its caller may set.
  var inputNames: [String] { [] }

  /// The step that runs the child of an invoke id.
  var invokeSteps: [String: String] { [:] }

  /// The `input` of a machine that is called by another.
  mutating func inputFields(_ root: XMLElement) -> [(String, Node)] { [] }

  /// The entries of a state with its child machines.
  mutating func withInvokes(
    _ element: XMLElement,
    _ entries: [(String, Node)]
  ) -> [(String, Node)] {
    for invoke in element.elements where invoke.name == "invoke" {
      report(Messages.outOfScope("a child machine", at: invoke.tagSpan))
    }
    return entries
  }
}
