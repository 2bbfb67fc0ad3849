"""The tasks of `make bench` in other engines; medians, one figure a line."""

import json
import os
import statistics
import sys
import tempfile
import time

PREFIX = sys.argv[1] if len(sys.argv) > 1 else ""


def median(body, samples=15, rounds=1):
    body()
    times = []
    for _ in range(samples):
        start = time.perf_counter()
        for _ in range(rounds):
            body()
        times.append((time.perf_counter() - start) / rounds)
    return statistics.median(times)


def step_transitions():
    from transitions import Machine

    class Order:
        risk = 7
        limit = 3

        def over(self):
            return self.risk > 100 or self.limit > 5

        def small(self):
            return self.risk >= 7 and self.limit == 3

    rows = []
    for here, there in (("one", "two"), ("two", "one")):
        rows.append({"trigger": "answered", "source": here, "dest": "done", "conditions": "over"})
        rows.append({"trigger": "answered", "source": here, "dest": there, "conditions": "small"})
        rows.append({"trigger": "answered", "source": here, "dest": "done"})
    order = Order()
    Machine(order, states=["one", "two", "done"], transitions=rows, initial="one")
    return median(order.answered, samples=11, rounds=2000) * 1e9, "ns"


def durable_langgraph():
    import sqlite3
    from typing import TypedDict

    from langgraph.checkpoint.sqlite import SqliteSaver
    from langgraph.graph import END, START, StateGraph

    class State(TypedDict):
        n: int

    graph = StateGraph(State)
    names = [f"s{number}" for number in range(1, 6)]
    for name in names:
        graph.add_node(name, lambda state: {"n": state["n"] + 1})
    for here, there in zip([START, *names], [*names, END]):
        graph.add_edge(here, there)
    with tempfile.TemporaryDirectory() as folder:
        connection = sqlite3.connect(os.path.join(folder, "runs.db"), check_same_thread=False)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        app = graph.compile(checkpointer=SqliteSaver(connection))
        threads = iter(range(1_000_000))

        def run():
            config = {"configurable": {"thread_id": str(next(threads))}}
            assert app.invoke({"n": 0}, config, durability="sync")["n"] == 5

        return median(run, samples=41) * 1e3, "ms"


def guard_cel_python():
    import celpy

    environment = celpy.Environment()
    program = environment.program(environment.compile("v >= 7 && limit == 3"))
    values = {"v": celpy.celtypes.IntType(7), "limit": celpy.celtypes.IntType(3)}
    return median(lambda: program.evaluate(values), samples=11, rounds=200) * 1e9, "ns"


def orders():
    return [
        {
            "id": f"order-{number}",
            "amount": number * 1.25,
            "note": 'a line of text with "quotes", an é and a tab\t',
            "items": [number, number % 2 == 0, None],
            "customer": {"name": f"Somebody {number}", "age": 41},
        }
        for number in range(5000)
    ]


def json_parse():
    text = json.dumps(orders(), ensure_ascii=False).encode()
    return len(text) / 1e6 / median(lambda: json.loads(text)), "MB/s"


def json_write():
    value = orders()
    size = len(json.dumps(value, ensure_ascii=False).encode())
    return size / 1e6 / median(lambda: json.dumps(value, ensure_ascii=False).encode()), "MB/s"


def yaml_load():
    import yaml

    text, number = "orders:\n", 0
    while len(text) < 1 << 20:
        text += f"  - id: order-{number}\n    amount: {number}.5\n    note: 'some text here'\n"
        text += f"    items: [{number}, true, null]\n    customer: {{name: Somebody, age: 41}}\n"
        number += 1
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return median(lambda: yaml.load(text, Loader=loader), samples=3) * 1e3, "ms"


TASKS = {
    "step.guarded.transitions": step_transitions,
    "step.guard_only.cel_python": guard_cel_python,
    "run.durable_5_steps_p50.langgraph": durable_langgraph,
    "json.parse.python": json_parse,
    "json.write.python": json_write,
    "yaml.load_1mb.pyyaml_c": yaml_load,
}

failed = False
for name, task in TASKS.items():
    if not name.startswith(PREFIX):
        continue
    try:
        value, unit = task()
        print(f"{name} {value:.4g} {unit}", flush=True)
    except Exception as error:  # a peer that is not there must not hide the others
        failed = True
        print(f"{name}: {type(error).__name__}: {error}", file=sys.stderr)
sys.exit(1 if failed else 0)
