import Relation
import Table

/// One step of a way that was found, with the way that led into its thread.
struct WitnessVisit {
  var position: Int32
  var row: RowIndex
  var cause: MoveCause
  var before: Int
}

/// Makes the way that people read of the visits that led somewhere.
struct WitnessWay {
  let relation: FlowRelation
  let visits: [WitnessVisit]

  func way(to visit: Int) -> Way {
    var chain: [WitnessVisit] = []
    var current = visit
    while current >= 0, current < visits.count {
      chain.append(visits[current])
      current = visits[current].before
    }
    var steps: [Way.Step] = []
    var row = noIndex
    var followsFailure = false
    for visit in chain.reversed() {
      let position = relation.positions[Int(visit.position)]
      if row == noIndex { row = visit.row }
      followsFailure = followsFailure || visit.cause == .failed || visit.cause == .refused
      let fails = position.phase == .threadFailed && position.thread == 0
      let role = relation.roles[Int(position.node)]
      let isWork = position.phase == .entry && role != .compound && role != .branch
      guard fails || isWork else { continue }
      steps.append(
        Way.Step(
          place: fails ? NodeIndex(relation.table.nodes.count) : position.node,
          row: row,
          followsFailure: followsFailure
        )
      )
      row = noIndex
      followsFailure = false
    }
    return Way(steps)
  }
}
