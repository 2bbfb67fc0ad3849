extension DiagnosticCode {
  /// A file named by the user or by an include cannot be read.
  public static let fileUnreadable = DiagnosticCode(
    "SBX-FILE-001",
    "a file cannot be read",
    """
    A file that was named on the command line, or in `include` or `$ref`, does not exist, is a
    directory, or may not be read by this user. Relative names are looked up beside the file that
    mentions them, and names on the command line in the working directory.

    Wrong, when the file stands in `shared/`:

        include: [prices.yaml]

    Right:

        include: [shared/prices.yaml]
    """
  )

  /// A file is larger than the limit.
  public static let fileTooLarge = DiagnosticCode(
    "SBX-FILE-002",
    "a file is larger than the limit",
    """
    Files are refused unread above `documentBytes` (16 MiB unless an embedding application sets
    another limit), so that a hostile or mistaken file cannot exhaust the memory of a service.

    Flows are small; data is not part of a flow. Hand data in as input instead:

        signalbox run flow.yaml -i data.json
    """
  )

  /// The codes of this file, in order.
  static let fileCodes: [DiagnosticCode] = [fileUnreadable, fileTooLarge]
}
