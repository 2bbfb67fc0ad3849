import Relation
import Table
import Verifier

// What is still to come, inside the parts of a flow as well.
extension NestedCosts {
  /// Adds to a report, which has the figures of the run's own places, those of all others.
  ///
  /// O(nodes): outer threads first, so that a host's figures stand when its parts are looked at.
  func fillToGo(_ report: inout CostReport) {
    guard graphs.graphs.count > 1, report.maxToGo.count == table.nodes.count else { return }
    var isFilled = [Bool](repeating: false, count: graphs.graphs.count)
    for thread in graphs.graphs.indices {
      for host in graphs.hosts(of: thread) {
        for inner in relation.innerThreads[host].map({ Int($0) }) {
          fill(inner, of: host, isFirst: !isFilled[inner], &report)
          isFilled[inner] = true
        }
      }
    }
    for node in table.nodes.indices where relation.roles[node] == .copy {
      let original = relation.original(node)
      report.maxToGo[node] = report.maxToGo[original]
      report.minToGo[node] = report.minToGo[original]
    }
  }

  /// The figures of a part's places when this host runs it; of several hosts the wider ones count.
  private func fill(_ inner: Int, of host: Int, isFirst: Bool, _ report: inout CostReport) {
    // Whatever was entered, what follows is no more than what a run takes from the host's entry,
    // without the part itself: `total(of:)` has the part at its worst.
    let part = reports[inner]
    let whole = report.maxToGo[host]
    let after = isOfTree(inner) ? whole : rest(of: whole, without: part)
    let least = max(0, report.minToGo[host] - weights.leastMoney[host])
    for node in graphs.nodes(of: inner) {
      let known = toGoInPart[node]
      let own = isOfTree(inner) ? 0 : known >= 0 ? known : whole
      let most = min(whole, Saturating.sum(after, own))
      report.maxToGo[node] = isFirst ? most : max(report.maxToGo[node], most)
      report.minToGo[node] = isFirst ? least : min(report.minToGo[node], least)
    }
  }

  private func rest(of whole: Int64, without part: CostReport?) -> Int64 {
    guard let part, whole < Saturating.unbounded else { return whole }
    return max(0, whole - bound(part.worst.picodollars))
  }
}
