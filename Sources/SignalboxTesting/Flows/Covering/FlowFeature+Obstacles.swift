// Where features stand: what has no obstacle compiles; what has one has no spelling there, or the
// loader refuses it.
extension FlowFeature {
  /// Why `content` inside `container` cannot have it; nil: it can.
  ///
  /// Without a container the whole flow is meant.
  public func obstacle(to content: FlowContent, in container: FlowContainer?) -> String? {
    if case .run(let feature) = self { return feature.obstacle(to: content) }
    guard let container else { return "a flow is no step" }
    guard container.site != .offer else { return "what an agent may call is no step" }
    return switch self {
    case .step(let feature): feature.obstacle(to: content, in: container)
    case .edge(let feature): feature.obstacle(to: content, in: container)
    case .chart(let feature): feature.obstacle(to: content, in: container)
    case .group(let feature): feature.obstacle(to: content, in: container)
    case .tree(let feature): feature.obstacle(to: content, in: container)
    case .planner:
      content == .container(.planner) ? nil : "only planners ask for plans"
    case .run: nil
    }
  }
}

extension FlowFeature {
  /// Whether it is about several attempts.
  var isRetry: Bool { if case .step(let step) = self { step.isRetry } else { false } }

  /// Whether it leads to names several levels inside, which some containers hide.
  var findsNamesInside: Bool {
    switch self {
    case .chart(.deepInitial), .chart(.severalInitials), .chart(.edgeIn), .chart(.edgeAcross),
      .chart(.severalTargets):
      true
    default: false
    }
  }
}

extension StepFeature {
  /// Whether it is about several attempts.
  var isRetry: Bool { self == .retry || self == .pausedRetry || self == .retryOfKinds }

  func obstacle(to content: FlowContent, in container: FlowContainer) -> String? {
    if container.site == .body { return "a body is no step" }
    if content.container?.isTreeNode == true { return "a node of a tree is no step" }
    let isOfItem: Bool
    switch self {
    case .retry, .pausedRetry, .retryOfKinds, .deadline, .input, .result, .failingResult:
      isOfItem = true
    case .when, .failingWhen, .require, .failingRequire, .maxVisits, .budget, .dailyBudget,
      .assign, .failingAssign:
      isOfItem = false
    }
    if container.site == .item, !isOfItem { return "it holds for all items together" }
    if content == .container(.forEach), isOfItem { return "it holds for each item" }
    switch self {
    case .retry, .pausedRetry, .retryOfKinds:
      let isCrossed = content.container.map { held in
        held.makesCharts
          || held.becomesStates && (container == .chart || container == .regions)
      }
      return isCrossed == true && container.hasTargets ? "edges may cross it" : nil
    case .budget, .dailyBudget: return container.site == .tree ? "leaves have no budget" : nil
    case .input:
      return content.isCall || content == .container(.planner) ? nil : "it takes no input"
    default: return nil
    }
  }
}

extension EdgeFeature {
  func obstacle(to content: FlowContent, in container: FlowContainer) -> String? {
    switch container.site {
    case .body, .task, .item, .tree, .offer: return "only states have edges"
    case .state, .node, .region: break
    }
    switch self {
    case .guardedSuccess, .failingGuard, .assigningEdge:
      if content == .leaf(.decision) { return "a decision is its ways on" }
      if content == .leaf(.rest) { return "it never succeeds" }
      return container.site == .node ? "its ways on are the graph's edges" : nil
    case .onError, .errorKinds, .errorGuard, .onTimeout, .onCancel, .wayBack: return nil
    }
  }
}

extension ChartFeature {
  func obstacle(to content: FlowContent, in container: FlowContainer) -> String? {
    let holdsStates = content.container?.holdsStates == true
    switch self {
    case .initialActions, .deepInitial, .severalInitials:
      if content == .container(.graph) { return "a graph has an entry point" }
      if container.hidesNames, self != .initialActions { return "names inside are not found" }
      return holdsStates ? nil : "there are no states inside"
    case .shallowHistory, .deepHistory:
      if content == .container(.graph) { return "edges of a graph lead to nodes" }
      return holdsStates ? nil : "there are no states inside"
    case .finalResult, .finalActions:
      if content == .container(.graph), container.site != .body {
        return "a graph inside a step has one ending"
      }
      return holdsStates ? nil : "there are no states inside"
    case .edgeOut, .edgeIn:
      let isComposite = holdsStates || content == .container(.regions)
      if !isComposite { return "there are no states inside" }
      if self == .edgeOut, container.site == .task || container.site == .tree { return nil }
      return container.hasTargets ? nil : "no state around it leads there"
    case .edgeAcross, .severalTargets:
      if content != .container(.regions) { return "there are no regions inside" }
      return container.hasTargets ? nil : "names inside are not found"
    case .sendToChild:
      let isChild = content == .container(.childFlow) || content == .container(.detachedFlow)
      if !isChild { return "it runs no other flow" }
    default: break
    }
    switch container.site {
    case .state, .node, .region: return nil
    case .task, .item: return "tasks have no edges"
    case .body: return "a body is no state"
    case .tree: return "leaves have no edges"
    case .offer: return "what an agent may call is no step"
    }
  }
}

extension FlowContainer {
  /// Whether edges of what it holds lead to something.
  var hasTargets: Bool { site == .state || site == .node || site == .region }
}

extension GroupFeature {
  func obstacle(to content: FlowContent, in container: FlowContainer) -> String? {
    guard let group = content.container else { return "it runs nothing together" }
    switch self {
    case .joinAll, .joinAny, .joinFirst, .joinFinished, .joinCount:
      if group == .dependencies, container.site == .body { return "`join` is a key of steps" }
      let joins: [FlowContainer] = [.regions, .taskGroup, .dependencies, .forEach, .parallel]
      return joins.contains(group) ? nil : "it runs nothing together"
    case .concurrency:
      let limited: [FlowContainer] = [.taskGroup, .dependencies, .forEach, .parallel]
      return limited.contains(group) ? nil : "it runs nothing together"
    case .itemFails, .itemCollected, .itemSkipped, .fewItems:
      return group == .forEach ? nil : "it has no items"
    }
  }
}

extension RunFeature {
  func obstacle(to content: FlowContent) -> String? {
    guard let container = content.container, container.isFlow else {
      return "only flows have headers"
    }
    let isOfRuns = self == .maxSteps || self == .timeoutTarget
    return isOfRuns && container == .childFlow ? "only a whole run has it" : nil
  }
}

extension TreeFeature {
  func obstacle(to content: FlowContent, in container: FlowContainer) -> String? {
    guard container.site == .tree else { return "it stands outside of trees" }
    let wanted: [FlowContainer]
    switch self {
    case .failureIf, .successIf, .skipIf, .whileGuard, .failingGuard, .successWrite,
      .failureWrite, .haltWrite, .inverted, .forcedSuccess, .forcedFailure, .retried, .repeated,
      .keptRunning, .limited, .delayed, .onceOnly:
      return nil
    case .reactive: wanted = [.sequence, .fallback, .select]
    case .keep: wanted = [.sequence, .fallback]
    case .maxSwitches: wanted = [.fallback, .select, .choose, .whileDoElse]
    case .catchOnHalt: wanted = [.tryCatch]
    case .thresholds, .countedFailures: wanted = [.parallel]
    case .defaultChoice: wanted = [.select, .choose]
    case .rememberEnding, .rememberSuccess, .rememberFailure, .rememberSkip: wanted = [.runOnce]
    case .ports: wanted = [.subtree]
    }
    return wanted.contains { content == .container($0) } ? nil : "nodes of another type have it"
  }
}
