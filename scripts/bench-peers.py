"""The tasks of `make bench` in other engines; medians, one figure a line."""

import json
import os
import statistics
import sys
import tempfile
import time
from functools import partial

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


# The guards of Sources/Benchmarks/ExpressionBenchmarks.swift over the same values.
POLICY = """user.active && has(user.manager) && user.age >= 18 && user.age < 120
&& (user.level > 3 || user.department == 'finance')
&& user.roles.exists(r, r == 'admin' || r == 'editor')
&& resource.tags.all(t, t != 'secret' && t != 'closed')
&& (resource.size <= 1000000 || user.quota - resource.size > 0)
&& !(resource.owner == 'nobody')
&& (risk_score * 0.5 + classifier.confidence * 0.5 > 0.2 ? category != 'blocked' : user.level > 8)"""
GUARDS = {
    "scalar": "risk_score < 0.7",
    "two_clause": "classifier.confidence > 0.8 && category in ['technical', 'billing']",
    "policy": POLICY,
    "exists_100": "items.exists(i, i.sku.startsWith('Z'))",
    "filter_map_100": "items.filter(i, i.price > 10).map(i, i.price * i.qty)",
    "regex": "user.email.matches('^[a-z0-9._]+@[a-z0-9.]+\\\\.(com|org)$')",
}


def guard_values(variant):
    return {
        "risk_score": 0.65 + variant * 0.05,
        "classifier": {"confidence": 0.9 - variant * 0.05},
        "category": "technical" if variant else "billing",
        "items": [
            {"sku": f"A{index + variant}", "price": index % 20 + variant, "qty": index}
            for index in range(100)
        ],
        "user": {
            "active": True, "manager": f"m{variant}", "age": 40 + variant, "level": 2 + variant,
            "department": "finance", "roles": ["reader", "author", "editor"], "quota": 5_000_000,
            "email": f"ada.lovelace{variant}@example.com",
        },
        "resource": {"tags": ["open", "new", "eu"], "size": 2_000_000 + variant, "owner": "ada"},
    }


def alternating(evaluate, contexts, guard):
    rounds = 100 if guard.endswith("_100") else 2000
    turn = iter(range(10_000_000))
    return median(lambda: evaluate(contexts[next(turn) & 1]), samples=11, rounds=rounds) * 1e9, "ns"


def cel_cpp_environment():
    from cel_expr_python import cel

    types = {name: cel.Type.DYN for name in guard_values(0)}
    return cel.NewEnv(variables=types | {"risk_score": cel.Type.DOUBLE, "category": cel.Type.STRING})


def guard_cel_cpp(guard):
    environment = cel_cpp_environment()
    program = environment.compile(GUARDS[guard])
    contexts = [environment.Activation(guard_values(variant)) for variant in (0, 1)]
    return alternating(program.eval, contexts, guard)


def guard_cel_rust(guard):
    import cel

    program = cel.compile(GUARDS[guard])
    contexts = [cel.Context(guard_values(variant)) for variant in (0, 1)]
    return alternating(program.execute, contexts, guard)


def compile_cel_cpp(guard):
    environment = cel_cpp_environment()
    return median(lambda: environment.compile(GUARDS[guard]), samples=15, rounds=50) * 1e6, "us"


def compile_cel_rust(guard):
    import cel

    return median(lambda: cel.compile(GUARDS[guard]), samples=15, rounds=50) * 1e6, "us"


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
    f"expr.{guard}.{peer}": partial(task, guard)
    for guard in GUARDS
    for peer, task in (("cel_cpp", guard_cel_cpp), ("cel_rust", guard_cel_rust))
}
TASKS |= {
    "expr.compile_small.cel_cpp": partial(compile_cel_cpp, "scalar"),
    "expr.compile_small.cel_rust": partial(compile_cel_rust, "scalar"),
    "expr.compile_policy.cel_cpp": partial(compile_cel_cpp, "policy"),
    "expr.compile_policy.cel_rust": partial(compile_cel_rust, "policy"),
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
