import Signalbox

/// An imported machine in SCXML, compiled.
func machine(_ scxml: String) -> (text: String?, table: LinkedTable?, diagnostics: [Diagnostic]) {
  let imported = SCXMLImporter.flow(SourceFile(name: "machine.scxml", text: scxml))
  guard let flow = imported.flow else { return (nil, nil, imported.diagnostics) }
  let loaded = FlowLoader.load(SourceFile(name: "machine.yaml", text: flow.text))
  guard let definition = loaded.flow else {
    return (flow.text, nil, imported.diagnostics + loaded.diagnostics)
  }
  let compiled = FlowCompiler.compile(definition)
  return (
    flow.text, compiled.table, imported.diagnostics + loaded.diagnostics + compiled.diagnostics
  )
}

/// A machine with one state and the given content.
func machine(inside content: String, data: String = "") -> String {
  """
  <scxml xmlns="http://www.w3.org/2005/07/scxml" version="1.0" initial="a">
    <datamodel>\(data)</datamodel>
    <state id="a">\(content)</state>
    <state id="b"/>
    <final id="pass"/>
  </scxml>
  """
}
