"""The trees of `make bench` in py_trees: one tick, divided by the nodes that it visits."""

import os
import statistics
import sys
import time

PREFIX = sys.argv[1] if len(sys.argv) > 1 else ""
clock = time.process_time if os.environ.get("BENCH_CLOCK") == "cpu" else time.perf_counter


def median(body, samples=15, rounds=1):
    body()
    times = []
    for _ in range(samples):
        start = clock()
        for _ in range(rounds):
            body()
        times.append((clock() - start) / rounds)
    return statistics.median(times)


def ticking(root, nodes, rounds):
    import py_trees

    tree = py_trees.trees.BehaviourTree(root=root)
    tree.setup()
    time_of_tick = median(tree.tick, rounds=rounds)
    assert root.status == py_trees.common.Status.RUNNING, root.status
    return time_of_tick / nodes * 1e9, "ns"


def condition(number, key, sign, value):
    import py_trees

    check = py_trees.common.ComparisonExpression(variable=key, value=value, operator=sign)
    return py_trees.behaviours.CheckBlackboardVariableValue(name=f"check {number}", check=check)


def board(**values):
    import py_trees

    client = py_trees.blackboard.Client(name="bench")
    for key, value in values.items():
        client.register_key(key=key, access=py_trees.common.Access.WRITE)
        setattr(client, key, value)


def reactive(children):
    import py_trees

    root = py_trees.composites.Sequence(name="root", memory=False)
    root.add_children(children + [py_trees.behaviours.Running(name="act")])
    return root


def reactive_10():
    import operator

    board(level=5)
    return ticking(reactive([condition(n, "level", operator.gt, 0) for n in range(9)]), 11, 500)


def guards_9():
    import operator

    board(confidence=0.9)
    checks = [condition(n, "confidence", operator.gt, 0.8) for n in range(9)]
    return ticking(reactive(checks), 11, 500)


def tree_1000():
    import operator

    import py_trees

    board(level=5)
    children = []
    for part in range(99):
        sequence = py_trees.composites.Sequence(name=f"part {part}", memory=False)
        sequence.add_children([condition(n, "level", operator.gt, 0) for n in range(9)])
        children.append(sequence)
    children += [condition(n, "level", operator.gt, 0) for n in range(8)]
    return ticking(reactive(children), 1000, 3)


TASKS = {
    "bt.reactive_10.py_trees": reactive_10,
    "bt.guards_9.py_trees": guards_9,
    "bt.tree_1000.py_trees": tree_1000,
}

failed = False
for name, task in TASKS.items():
    if not name.startswith(PREFIX):
        continue
    try:
        value, unit = task()
    except Exception as error:
        print(f"{name}: {error}", file=sys.stderr)
        failed = True
        continue
    print(f"{name} {value:.4g} {unit}")
sys.exit(failed)
