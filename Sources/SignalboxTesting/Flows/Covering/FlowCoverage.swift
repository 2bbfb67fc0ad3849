/// Two things that a flow brings together.
public enum FlowPair: Sendable, Hashable {
  /// A part right inside a container.
  case nesting(FlowContainer, FlowContent)
  /// A part with a feature.
  case feature(FlowContent, FlowFeature)

  /// The pair in words.
  public var name: String {
    switch self {
    case .nesting(let container, let content): "\(container) > \(content.name)"
    case .feature(let content, let feature): "\(content.name) + \(feature.name)"
    }
  }
}

/// A part right inside a container, with a feature.
public struct FlowTriple: Sendable, Hashable {
  /// What holds it.
  public var container: FlowContainer
  /// The part.
  public var content: FlowContent
  /// What it has.
  public var feature: FlowFeature
}

/// Which pairs and triples a set of flows brings together, and which it should.
public struct FlowCoverage: Sendable, CustomStringConvertible {
  /// A pair that no flow can have.
  public struct Exclusion: Sendable {
    /// The pair.
    public let pair: FlowPair
    /// Why.
    public let reason: String
  }

  /// Pairs to be covered: computed from the closed enums, without those that cannot be.
  public static let allPairs: [FlowPair] = nestings + features
  /// Triples to be covered.
  public static let allTriples: [FlowTriple] = contents.flatMap { container, contents in
    contents.flatMap { content in
      FlowFeature.allCases.compactMap { feature in
        feature.obstacle(to: content, in: container) == nil
          ? FlowTriple(container: container, content: content, feature: feature) : nil
      }
    }
  }
  /// Pairs that cannot be, each with its reason.
  public static let exclusions: [Exclusion] = {
    var result: [Exclusion] = []
    for container in FlowContainer.allCases {
      for content in FlowContent.allCases {
        guard let reason = container.obstacle(to: content) else { continue }
        result.append(Exclusion(pair: .nesting(container, content), reason: reason))
      }
    }
    let possible = Set(features)
    for content in [.container(.run)] + FlowContent.allCases {
      for feature in FlowFeature.allCases {
        let pair = FlowPair.feature(content, feature)
        guard !possible.contains(pair) else { continue }
        let places: [FlowContainer?] = content == .container(.run) ? [nil] : containers(of: content)
        let reasons = places.compactMap { feature.obstacle(to: content, in: $0) }
        let distinct = reasons.enumerated().filter { reasons.firstIndex(of: $1) == $0 }.map(\.1)
        result.append(Exclusion(pair: pair, reason: distinct.joined(separator: "; ")))
      }
    }
    return result
  }()

  /// What each container holds.
  static let contents: [(container: FlowContainer, contents: [FlowContent])] =
    FlowContainer.allCases.map { container in
      (container, FlowContent.allCases.filter { container.obstacle(to: $0) == nil })
    }

  /// The containers that hold a part.
  static func containers(of content: FlowContent) -> [FlowContainer] {
    FlowContainer.allCases.filter { $0.obstacle(to: content) == nil }
  }

  private static let nestings: [FlowPair] = contents.flatMap { container, contents in
    contents.map { .nesting(container, $0) }
  }

  private static let features: [FlowPair] = {
    var result: [FlowPair] = []
    for feature in FlowFeature.allCases
    where feature.obstacle(to: .container(.run), in: nil) == nil {
      result.append(.feature(.container(.run), feature))
    }
    for content in FlowContent.allCases {
      let places = containers(of: content)
      for feature in FlowFeature.allCases
      where places.contains(where: { feature.obstacle(to: content, in: $0) == nil }) {
        result.append(.feature(content, feature))
      }
    }
    return result
  }()

  /// Pairs covered so far.
  public private(set) var pairs: Set<FlowPair> = []
  /// Triples covered so far.
  public private(set) var triples: Set<FlowTriple> = []

  /// Nothing covered.
  public init() {}

  /// Notes a part in its container.
  public mutating func note(_ content: FlowContent, in container: FlowContainer) {
    pairs.insert(.nesting(container, content))
  }

  /// Notes a part with a feature; without a container the whole flow is meant.
  public mutating func note(
    _ feature: FlowFeature,
    of content: FlowContent,
    in container: FlowContainer?
  ) {
    pairs.insert(.feature(content, feature))
    guard let container else { return }
    triples.insert(FlowTriple(container: container, content: content, feature: feature))
  }

  /// Adds what others cover.
  public mutating func merge(_ other: FlowCoverage) {
    pairs.formUnion(other.pairs)
    triples.formUnion(other.triples)
  }

  /// Pairs that are still to be covered.
  public var missingPairs: [FlowPair] { Self.allPairs.filter { !pairs.contains($0) } }
  /// Triples that are still to be covered.
  public var missingTriples: [FlowTriple] { Self.allTriples.filter { !triples.contains($0) } }

  /// `pairs covered N of N, triples M of M`.
  public var description: String {
    let (allPairs, allTriples) = (Self.allPairs.count, Self.allTriples.count)
    return "pairs covered \(allPairs - missingPairs.count) of \(allPairs), "
      + "triples \(allTriples - missingTriples.count) of \(allTriples)"
  }
}
