"""The five-state flow of `make bench` in state machines from PyPI: the same lap of seven events,
four guarded rows on a number, a counting action. Medians, nanoseconds a transition."""

import os
import statistics
import sys
import time

PREFIX = sys.argv[1] if len(sys.argv) > 1 else ""
# As in `make bench`: the fairer clock on a machine that others use.
clock = time.process_time if os.environ.get("BENCH_CLOCK") == "cpu" else time.perf_counter
LAP = ["start", "score", "review", "back", "score", "approve", "reset"]
STATES = ["idle", "working", "scored", "reviewing", "approved"]
# Event, source, target, guard; as in Sources/Benchmarks/MachineBenchmarks.swift.
ROWS = [
    ("start", "idle", "working", "is_positive"),
    ("score", "working", "scored", "is_low"),
    ("review", "scored", "reviewing", "is_above"),
    ("approve", "scored", "approved", "is_small"),
    ("back", "reviewing", "working", None),
    ("reset", "approved", "idle", None),
]


class Model:
    def __init__(self):
        self.points = 40
        self.count = 0

    def is_positive(self):
        return self.points >= 0

    def is_low(self):
        return self.points < 70

    def is_above(self):
        return self.points > 10

    def is_small(self):
        return self.points <= 60

    def bump(self):
        self.count += 1


def lap_time(fire, at_start, rounds):
    """Median nanoseconds of a transition; the lap must end where it started."""
    times = []
    for _ in range(11):
        start = clock()
        for _ in range(rounds):
            for event in LAP:
                fire(event)
        times.append((clock() - start) / rounds / len(LAP))
    assert at_start(), "the lap was not run"
    return statistics.median(times) * 1e9


def transitions_lap(guards, assigns):
    from transitions import Machine

    model = Model()
    rows = []
    for event, source, target, guard in ROWS:
        row = {"trigger": event, "source": source, "dest": target}
        if guards and guard:
            row["conditions"] = guard
        if assigns and guard:
            row["after"] = "bump"
        rows.append(row)
    Machine(model, states=STATES, transitions=rows, initial="idle")
    triggers = {event: getattr(model, event) for event in LAP}
    nanoseconds = lap_time(lambda event: triggers[event](), lambda: model.state == "idle", 500)
    assert not assigns or model.count > 0
    return nanoseconds


def statemachine_lap(guards, assigns):
    from statemachine import State, StateMachine

    names = {"__module__": __name__}
    states = {name: State(initial=name == "idle") for name in STATES}
    names.update(states)
    events = {}
    for event, source, target, guard in ROWS:
        arguments = {}
        if guards and guard:
            arguments["cond"] = guard
        if assigns and guard:
            arguments["on"] = "bump"
        row = states[source].to(states[target], **arguments)
        events[event] = events[event] | row if event in events else row
    names.update(events)
    for name in ("is_positive", "is_low", "is_above", "is_small", "bump"):
        names[name] = getattr(Model, name)
    names["points"], names["count"] = 40, 0
    machine = type("Lap", (StateMachine,), names)()
    triggers = {event: getattr(machine, event) for event in LAP}
    nanoseconds = lap_time(lambda event: triggers[event](), lambda: machine.idle.is_active, 50)
    assert not assigns or machine.count > 0
    return nanoseconds


failed = False
for figure, guards, assigns in (
    ("step.plain", False, False), ("step.guarded", True, False), ("step.assign", True, True)
):
    for peer, lap in (("transitions", transitions_lap), ("python_statemachine", statemachine_lap)):
        name = f"{figure}.{peer}"
        if not name.startswith(PREFIX):
            continue
        try:
            print(f"{name} {lap(guards, assigns):.0f} ns", flush=True)
        except Exception as error:  # a peer that is not there must not hide the others
            failed = True
            print(f"{name}: {type(error).__name__}: {error}", file=sys.stderr)
sys.exit(1 if failed else 0)
