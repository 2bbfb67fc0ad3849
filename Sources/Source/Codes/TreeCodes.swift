extension DiagnosticCode {
  /// A node with too few or too many children.
  public static let treeChildren = DiagnosticCode(
    "SBX-TREE-001",
    "a node with too few or too many children",
    """
    A sequence, fallback or parallel node needs at least one child, `if_then_else` and
    `while_do_else` two or three, `try_catch` two, and decorators exactly one.

        root: {type: inverter, children: [{check: a}, {check: b}]}                       # wrong
        root: {type: inverter, child: {type: sequence, children: [{check: a}, {check: b}]}}
    """
  )
  /// A key that belongs to another type of node.
  public static let treeKey = DiagnosticCode(
    "SBX-TREE-002",
    "a key that says nothing at this node",
    """
    Every type of node reads its own keys. A key that stands at another type would have no effect,
    which is most often a slip of indentation; two keys that contradict each other are refused too.

        root: {type: sequence, attempts: 3, children: […]}                # wrong
        root: {type: retry, attempts: 3, child: {type: sequence, children: […]}}
    """
  )
  /// A threshold that can't be reached.
  public static let treeThreshold = DiagnosticCode(
    "SBX-TREE-003",
    "a number of children that cannot be reached",
    """
    A parallel node that waits for more successes than it has children always fails, and one that
    waits for more failures never does. Negative numbers count from the end: -1 is all of them.

        root: {type: parallel, join: 3, children: [{…}, {…}]}    # wrong: there are two
        root: {type: parallel, join: 2, children: [{…}, {…}]}
    """
  )
  /// A child that can never run.
  public static let treeUnreachable = DiagnosticCode(
    "SBX-TREE-004",
    "a child that can never run",
    """
    What stands behind a child that never fails in a fallback, behind one that never succeeds in a
    sequence, or behind the default of a selector is never reached.

        - {default: true, child: {…}}           # wrong: the entry below is never chosen
        - {when: "score > 0.8", child: {…}}
    """
  )
  /// A reactive node whose questions have effects.
  public static let treeImpure = DiagnosticCode(
    "SBX-TREE-005",
    "a reactive node that would act again and again",
    """
    A reactive node decides again whenever something changes that its questions read. Were one of
    them a call, it would be made at every change, and how often that is depends on what else goes
    on. Only checks may stand before what runs; an action behind a check of its own
    (`fallback: [check, action]`) is made only when the check fails.

        root: {type: sequence, reactive: true, children: [{id: ask, agent: a}, {id: work, tool: t}]}
        root:                                    # right: asked once, then watched
          type: sequence
          children:
            - {id: ask, agent: a}
            - type: sequence
              reactive: true
              children: [{check: "ask.ok && state.enabled"}, {id: work, tool: t}]
    """
  )
  /// A loop without a limit.
  public static let treeEndless = DiagnosticCode(
    "SBX-TREE-006",
    "a loop without a limit",
    """
    Every run ends: a `retry` or `repeat` says how often at most, and `keep_running_until_failure`
    says it with `max`. Otherwise neither time nor cost has a bound.

        root: {type: keep_running_until_failure, child: {…}}             # wrong
        root: {type: keep_running_until_failure, max: 100, child: {…}}
    """
  )
  /// A node that can switch for ever.
  public static let treeAlternation = DiagnosticCode(
    "SBX-TREE-007",
    "a node that could switch between its children for ever",
    """
    A reactive fallback, selector, `switch` or `while_do_else` halts one child and starts another
    whenever its question is answered differently. With two or more children that act, nothing
    bounds how often: say it with `max_switches`. Each switch may cost as much as a whole run.

        root: {type: while_do_else, children: [{check: c}, {id: a, …}, {id: b, …}]}      # wrong
        root: {type: while_do_else, max_switches: 3, children: [{check: c}, {…}, {…}]}
    """
  )
  /// BehaviorTree.CPP XML that can't be imported.
  public static let treeImport = DiagnosticCode(
    "SBX-TREE-008",
    "a tree that cannot be imported",
    """
    `import btcpp` reads trees of BehaviorTree.CPP version 4. Scripts are translated when they are
    expressions or assignments of expressions; loops, queues and what works on types of a program
    are refused where they stand.

        <Script code="x += 1; y := x * 2"/>       # translated: two assignments
        <LoopDouble queue="1;2;3" value="{v}"/>   # refused: use for_each
    """
  )

  /// A port that does not fit.
  public static let treePort = DiagnosticCode(
    "SBX-TREE-009",
    "a port that is not there",
    """
    A subtree is the tree of another flow, put in where a node names it. `ports` says which state
    fields of the subtree are fields of the flow around; both must be declared, with one type. All
    other fields are the subtree's own, and `with` gives them other initial values.

        root: {type: subtree, id: go, flow: approach, ports: {goal: target}}    # wrong: no `goal`
        flows:
          approach:
            state: {place: {type: string}, tries: {type: integer, default: 0}}
            root: …
        root: {type: subtree, id: go, flow: approach, ports: {place: target}, with: {tries: 1}}
    """
  )

  /// The codes of behavior trees.
  public static let treeCodes: [DiagnosticCode] = [
    treeChildren, treeKey, treeThreshold, treeUnreachable, treeImpure, treeEndless,
    treeAlternation, treeImport, treePort,
  ]
}
