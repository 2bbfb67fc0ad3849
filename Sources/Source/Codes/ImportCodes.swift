extension DiagnosticCode {
  /// Something that has no counterpart in a flow.
  public static let importOutOfScope = DiagnosticCode(
    "SBX-IMPORT-001",
    "something that a flow has no counterpart for",
    """
    An import gives a flow that behaves as the original does, or says where it cannot. Scripts, DOM
    operations, event processors of HTTP, query languages other than those listed for a format, and
    functions of a foreign expression language have no counterpart: write that part as a tool or an
    agent that a step calls.

        <script>total = total * 1.2</script>             # refused
        <assign location="total" expr="total * 1.2"/>    # imported
    """
  )
  /// The document is not valid in its own format.
  public static let importInvalid = DiagnosticCode(
    "SBX-IMPORT-002",
    "the document is not valid in its own format",
    """
    What is imported has to be right by the rules of its own format first: targets that exist,
    required fields, states that can end.

        "Next": "Chek"      # wrong, when the state is called `Check`
        "Next": "Check"     # right
    """
  )
  /// Imported, but to be looked at.
  public static let importChanged = DiagnosticCode(
    "SBX-IMPORT-003",
    "imported in another way than it was written",
    """
    The flow behaves as the original does, but says it differently: a name was changed because
    guards read that name already, or an expression that can never be evaluated was kept as one
    that always fails.

        <assign location="x" expr="return"/>     # kept as an assignment that fails
    """
  )
  /// Something that another format cannot say.
  public static let exportOutOfScope = DiagnosticCode(
    "SBX-EXPORT-001",
    "something that the other format cannot say",
    """
    A flow is written in another format only when that says the same. SCXML has states, events,
    delays and actions; it has no steps that call agents or tools, no outcome of a final state and
    no handler for the whole flow.

        review: {agent: clerk, on_success: done}     # refused
        review: {on_event: {approved: done}}         # written
    """
  )

  /// The codes of this file.
  static let importCodes: [DiagnosticCode] = [
    importOutOfScope, importInvalid, importChanged, exportOutOfScope,
  ]
}
