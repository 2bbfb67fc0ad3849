extension DiagnosticCode {
  /// The text is not well-formed XML.
  public static let xmlSyntax = DiagnosticCode(
    "SBX-XML-001",
    "the text is not XML",
    """
    Documents that are imported as XML are read strictly: one root element, every element closed,
    values in quotes, `&` and `<` written as references.

        <state id=review><transition cond="a < b"/>          # wrong, three times
        <state id="review"><transition cond="a &lt; b"/></state>
    """
  )
  /// A document type declaration, or an entity that only one could define.
  public static let xmlDoctype = DiagnosticCode(
    "SBX-XML-002",
    "document types and their entities are not read",
    """
    A document type can define entities that expand to gigabytes or read files. None is needed to
    describe a machine or a tree, so such a declaration is refused as a whole, and only the five
    entities of XML itself exist.

        <!DOCTYPE scxml [<!ENTITY a "…">]>          # wrong
        <scxml>&amp; &lt; &gt; &quot; &apos;</scxml>     # right
    """
  )
  /// Bytes that are not UTF-8.
  public static let xmlBadText = DiagnosticCode(
    "SBX-XML-003",
    "the document is not UTF-8",
    """
    XML is read as UTF-8, whatever encoding its first line names: positions in messages count the
    bytes of the file, and one encoding is enough.

        iconv -f ISO-8859-1 -t UTF-8 machine.scxml > machine-utf8.scxml
    """
  )
  /// Too large or nested too deeply.
  public static let xmlLimit = DiagnosticCode(
    "SBX-XML-004",
    "the document is too large or nests too deeply",
    """
    Size, depth and the number of elements, attributes and texts are limited, so that a hostile
    document cannot exhaust the memory.

        <state><state><state><state>…         # wrong, when it goes on like this for 100 levels
    """
  )

  /// The codes of this file.
  static let xmlCodes: [DiagnosticCode] = [xmlSyntax, xmlDoctype, xmlBadText, xmlLimit]
}
