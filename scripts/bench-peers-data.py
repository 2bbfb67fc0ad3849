"""The data tasks of `make bench` in other engines, on the same documents; scripts/bench-peers runs
this. Medians, one figure a line; with BENCH_CLOCK=cpu the processor's time, as `make bench` does."""

import json
import os
import statistics
import subprocess
import sys
import time

PREFIX = sys.argv[1] if len(sys.argv) > 1 else ""
CLOCK = time.process_time if os.environ.get("BENCH_CLOCK") == "cpu" else time.perf_counter


def median(body, samples=9, rounds=1):
    body()
    times = []
    for _ in range(samples):
        start = CLOCK()
        for _ in range(rounds):
            body()
        times.append((CLOCK() - start) / rounds)
    return statistics.median(times)


# The texts of Sources/Benchmarks/DataBenchmarks.swift.


def queries():
    texts = (
        "$.items[?@.price < {0}].name",
        "$.orders[*].lines[?@.kind == 'k{0}' && @.count >= {0}]",
        "$..field{0}",
        "$.customers[?match(@.mail, '[a-z]+@host{0}')].mail",
        "$.values[{0}:][?count(@.parts[*]) > {0} || !@.closed]",
    )
    return [texts[number % 5].format(number) for number in range(100)]


def document(items):
    return {
        "limit": 10,
        "items": [
            {
                "id": number,
                "name": f"article {number}",
                "price": number % 100 + 0.5,
                "tags": ["red", "new"],
            }
            for number in range(items)
        ],
    }


def plan():
    return {
        "goal": "answer the customer",
        "steps": [
            {
                "id": f"step-{number}",
                "tool": "search" if number % 2 == 0 else "write",
                "arguments": {"query": f"what is known about case {number}", "limit": 10},
                "depends_on": [] if number == 0 else [f"step-{number - 1}"],
                "budget": 0.25,
            }
            for number in range(15)
        ],
    }


SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {
        "goal": {"type": "string", "minLength": 1, "maxLength": 400},
        "steps": {
            "type": "array",
            "minItems": 1,
            "maxItems": 50,
            "items": {"$ref": "#/$defs/step"},
        },
    },
    "required": ["goal", "steps"],
    "additionalProperties": False,
    "$defs": {
        "step": {
            "type": "object",
            "properties": {
                "id": {"type": "string", "pattern": "^[a-z][a-z0-9-]*$"},
                "tool": {"enum": ["search", "write", "read"]},
                "arguments": {
                    "type": "object",
                    "properties": {
                        "query": {"type": "string"},
                        "limit": {"type": "integer", "minimum": 1, "maximum": 100},
                    },
                    "required": ["query"],
                },
                "depends_on": {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
                "budget": {"type": "number", "minimum": 0},
            },
            "required": ["id", "tool", "arguments"],
            "additionalProperties": False,
        }
    },
}


def compile_100():
    import jsonpath

    texts = queries()
    return median(lambda: [jsonpath.compile(text) for text in texts]) * 1e3, "ms"


def guard_1kb():
    import jsonpath

    query = jsonpath.compile("$.order.items[?@.price > 12 && @.id < $.order.limit]")
    value = {"order": document(16)}
    assert query.match(value) is None
    return median(lambda: query.match(value), rounds=50) * 1e6, "us"


def on_1mb(text, count):
    import jsonpath

    query = jsonpath.compile(text)
    value = document(17_000)
    assert len(query.findall(value)) == count
    return median(lambda: query.findall(value), samples=5) * 1e3, "ms"


def validate(engine):
    value = plan()
    assert 1_900 < len(json.dumps(value, separators=(",", ":"))) < 2_300
    if engine == "rust":
        import jsonschema_rs

        validator = jsonschema_rs.validator_for(SCHEMA)
    else:
        import jsonschema

        validator = jsonschema.Draft202012Validator(SCHEMA)
    assert validator.is_valid(value)
    return median(lambda: validator.is_valid(value), rounds=100) * 1e6, "us"


def jq(arguments, text, size):
    """Time of the jq program for a text, less what it takes for an empty one; jq parses and, with
    `.`, writes."""

    def run(bytes):
        start = time.perf_counter()
        subprocess.run(["jq", "-c", *arguments], input=bytes, stdout=subprocess.DEVNULL, check=True)
        return time.perf_counter() - start

    run(text)
    whole = statistics.median(run(text) for _ in range(9))
    empty = statistics.median(run(b"null") for _ in range(9))
    return size / 1e6 / max(whole - empty, 1e-6), "MB/s"


def jq_json(program):
    orders = [
        {
            "id": f"order-{number}",
            "amount": number * 1.25,
            "note": 'a line of text with "quotes", an é and a tab\t',
            "items": [number, number % 2 == 0, None],
            "customer": {"name": f"Somebody {number}", "age": 41},
        }
        for number in range(5000)
    ]
    text = json.dumps(orders, ensure_ascii=False, separators=(",", ":")).encode()
    return jq([program], text, len(text))


TASKS = {
    "json.parse.jq": lambda: jq_json("length"),
    "json.parse_and_write.jq": lambda: jq_json("."),
    "jsonpath.compile_100.python_jsonpath": compile_100,
    "jsonpath.guard_1kb.python_jsonpath": guard_1kb,
    "jsonpath.filter_1mb.python_jsonpath": lambda: on_1mb("$.items[?@.price < 10].name", 1_700),
    "jsonpath.descend_1mb.python_jsonpath": lambda: on_1mb("$..price", 17_000),
    "schema.validate_2kb.jsonschema_rs": lambda: validate("rust"),
    "schema.validate_2kb.jsonschema": lambda: validate("python"),
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
