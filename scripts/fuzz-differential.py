"""Evaluates the cases of `differential` with cel-cpp and explains every class of difference."""

import datetime
import json
import re
import struct
import subprocess
import sys
import tomllib

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
MICROSECOND = datetime.timedelta(microseconds=1)
TYPES = {
    "BOOL": "bool", "INT": "int", "UINT": "uint", "DOUBLE": "double", "STRING": "string",
    "BYTES": "bytes", "NULL": "null_type", "TIMESTAMP": "google.protobuf.Timestamp",
    "DURATION": "google.protobuf.Duration", "TYPE": "type", "LIST": "list", "MAP": "map",
    "DYN": "dyn", "OPTIONAL": "optional_type",
}


def decoded(value):
    """What the other engine takes for an encoded value."""
    kind, content = value
    if kind in ("int", "uint"):
        return int(content)
    if kind == "double":
        return struct.unpack(">d", int(content, 16).to_bytes(8, "big"))[0]
    if kind == "bytes":
        return bytes(content)
    if kind == "list":
        return [decoded(part) for part in content]
    if kind == "map":
        return {decoded(key): decoded(part) for key, part in content}
    return content


def encoded(value):
    """A value of the other engine in our encoding; keys of maps are in order."""
    kind = value.type().name().split("<")[0]
    content = value.value()
    if kind == "NULL":
        return ["null", None]
    if kind == "BOOL":
        return ["bool", content]
    if kind in ("INT", "UINT"):
        return [kind.lower(), str(int(content))]
    if kind == "DOUBLE":
        bits = struct.unpack(">Q", struct.pack(">d", content))[0]
        return ["double", "7ff8000000000000" if content != content else format(bits, "x")]
    if kind == "STRING":
        return ["string", content]
    if kind == "BYTES":
        return ["bytes", list(content)]
    if kind == "TIMESTAMP":
        return ["timestamp", str((content - EPOCH) // MICROSECOND)]
    if kind == "DURATION":
        sign = -1 if content < datetime.timedelta(0) else 1
        return ["duration", str(sign * (abs(content) // MICROSECOND))]
    if kind == "LIST":
        return ["list", [encoded(part) for part in content]]
    if kind == "MAP":
        return ordered([[key_of(key), encoded(part)] for key, part in content.items()])
    if kind == "TYPE":
        name = content.name().split("<")[0]
        return ["type", TYPES.get(name, name)]
    return [kind, str(content)]


def key_of(key):
    if isinstance(key, bool):
        return ["bool", key]
    if isinstance(key, str):
        return ["string", key]
    return ["number", str(int(key))]


def ordered(pairs):
    return ["map", sorted(pairs, key=json.dumps)]


def normal(value):
    """Our value with keys as the other side shows them."""
    kind, content = value
    if kind == "list":
        return ["list", [normal(part) for part in content]]
    if kind == "map":
        pairs = []
        for key, part in content:
            if key[0] in ("int", "uint"):
                key = ["number", key[1]]
            pairs.append([key, normal(part)])
        return ordered(pairs)
    return value


def type_name(name):
    """`LIST<INT>` as `list(int)`."""
    return re.sub(
        r"[A-Z]+|[<>]",
        lambda match: {"<": "(", ">": ")"}.get(match[0]) or TYPES.get(match[0], match[0].lower()),
        name,
    )


def environment():
    from cel_expr_python import cel
    from cel_expr_python.ext import ext_bindings, ext_encoders, ext_math, ext_optional, ext_strings

    kinds = cel.Type
    return cel.NewEnv(
        variables={
            "flag": kinds.BOOL, "n": kinds.INT, "m": kinds.INT, "u": kinds.UINT, "x": kinds.DOUBLE,
            "s": kinds.STRING, "raw": kinds.BYTES, "numbers": kinds.List(kinds.INT),
            "words": kinds.List(kinds.STRING), "table": kinds.Map(kinds.STRING, kinds.INT),
            "floats": kinds.List(kinds.DOUBLE),
        },
        extensions=[
            ext_bindings.ExtBindings(), ext_encoders.ExtEncoders(), ext_math.ExtMath(),
            ext_optional.ExtOptional(), ext_strings.ExtStrings(),
        ],
    )


def worker():
    """Reads cases, writes what the other engine makes of each, one line for each line."""
    known = environment()
    data = {}
    for line in sys.stdin:
        case = json.loads(line)
        if "bind" in case:
            data = {name: decoded(value) for name, value in case["bind"].items()}
            print("{}", flush=True)
            continue
        result = {}
        try:
            if "parse" in case:
                known.compile(case["parse"], disable_check=True)
            else:
                program = known.compile(case["run"])
                result["type"] = type_name(program.return_type().name())
                value = program.eval(data=data)
                if value.type().name() == "ERROR":
                    result["error"] = str(value.value())
                else:
                    try:
                        result["value"] = encoded(value)
                    except Exception as problem:
                        result["unreadable"] = f"{type(problem).__name__}: {problem}"
        except Exception as problem:
            text = str(problem)
            key = "error" if "type" in result else "refused"
            result[key] = text
        print(json.dumps(result), flush=True)


def answers(lines):
    """The other engine's results; where it dies, the case is noted and it is started again."""
    rest = lines
    binding = None
    while rest:
        batch = ([binding] if binding and not rest[0].startswith('{"bind"') else []) + rest[:2000]
        done = subprocess.run(
            [sys.executable, __file__, "worker"], input="".join(batch), stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True,
        ).stdout.splitlines()
        extra = len(batch) - len(rest[:2000])
        results = [json.loads(line) for line in done][extra:]
        for line in rest[: len(results)]:
            if line.startswith('{"bind"'):
                binding = line
        yield from results
        if len(results) < len(rest[:2000]):
            yield {"crash": True}
            results.append(None)
        rest = rest[len(results) :]


def outcome(result):
    for key in ("crash", "refused", "unreadable", "error"):
        if key in result:
            return key if result[key] is True else f"{key}: {result[key]}"
    return "value: " + json.dumps(result["value"], ensure_ascii=False) if "value" in result else "ok"


def difference(case, theirs):
    """Both outcomes where they differ, else nothing."""
    ours = dict(case)
    if "value" in ours:
        ours["value"] = normal(ours["value"])
    one, other = outcome(ours), outcome(theirs)
    kinds = one.split(":")[0], other.split(":")[0]
    if kinds[0] != kinds[1] or (kinds[0] == "value" and one != other):
        return one, other
    if ours.get("type") != theirs.get("type"):
        return f"type: {ours.get('type')}", f"type: {theirs.get('type')}"
    return None


def main(path):
    with open(path, "rb") as file:
        classes = tomllib.load(file).get("class", [])
    for entry in classes:
        entry["count"] = 0
        for key in ("expression", "ours", "theirs"):
            entry[key] = re.compile(entry.get(key, ""), re.DOTALL)
    lines = sys.stdin.readlines()
    compared = agreed = unexplained = 0
    for line, theirs in zip(lines, answers(lines), strict=True):
        case = json.loads(line)
        if "bind" in case:
            continue
        compared += 1
        found = difference(case, theirs)
        if found is None:
            agreed += 1
            continue
        text = case.get("run", case.get("parse"))
        for entry in classes:
            if "parse" in case and entry.get("stage") == "run":
                continue
            if "run" in case and entry.get("stage") == "parse":
                continue
            if entry.get("permuted") and sorted(found[0]) != sorted(found[1]):
                continue
            if (
                entry["expression"].search(text)
                and entry["ours"].search(found[0])
                and entry["theirs"].search(found[1])
            ):
                entry["count"] += 1
                break
        else:
            unexplained += 1
            if unexplained <= 40:
                print(f"unexplained: {json.dumps(text, ensure_ascii=False)}")
                print(f"  ours:   {found[0][:400]}\n  theirs: {found[1][:400]}")
    print(f"{compared} expressions compared with cel-cpp, {agreed} alike")
    for entry in classes:
        print(f"{entry['count']:7d}  {entry['name']}" + ("" if entry["count"] else "  (not seen in this run)"))
    print(f"{unexplained} unexplained differences")
    sys.exit(1 if unexplained or compared == 0 else 0)


if __name__ == "__main__":
    if sys.argv[1:] == ["worker"]:
        worker()
    else:
        main(sys.argv[1])
