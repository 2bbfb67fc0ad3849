extension CostReport {
  /// Keeps means between the bounds: parts that overlap are added up in the mean, and what ends a
  /// part in the middle is only looked at in the bounds.
  mutating func keepExpectedWithinBounds() {
    expected = expected.map { $0.kept(between: least, and: worst) }
    for index in outcomes.indices {
      let (least, worst) = (outcomes[index].least, outcomes[index].worst)
      outcomes[index].expected = outcomes[index].expected.map {
        $0.kept(between: least, and: worst)
      }
    }
  }
}

extension CostFigures {
  fileprivate func kept(between least: CostFigures, and worst: CostFigures) -> CostFigures {
    CostFigures(
      picodollars: picodollars.kept(between: least.picodollars, and: worst.picodollars),
      tokens: tokens.kept(between: least.tokens, and: worst.tokens),
      workMilliseconds: workMilliseconds.kept(
        between: least.workMilliseconds,
        and: worst.workMilliseconds
      ),
      elapsedMilliseconds: elapsedMilliseconds.kept(
        between: least.elapsedMilliseconds,
        and: worst.elapsedMilliseconds
      )
    )
  }
}

extension Figure {
  fileprivate func kept(between least: Figure, and worst: Figure) -> Figure {
    guard case .known(var figure) = self else { return self }
    if case .known(let most) = worst { figure = min(figure, most) }
    if case .known(let fewest) = least { figure = max(figure, fewest) }
    return .known(figure)
  }
}
