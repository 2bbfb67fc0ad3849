extension LinkedTable {
  /// The same table with another hard budget per run; it has a digest of its own.
  ///
  /// Programs are compiled again, which gives the same ones: O(size of the table).
  public func withHardBudget(_ picodollars: Int64) -> LinkedTable {
    var table = table
    table.runLimits.hardPicodollars = picodollars
    guard let linked = LinkedTable.link(table, limits: Limits()).table else {
      preconditionFailure("a table that was linked once links again with another budget")
    }
    return linked
  }
}
