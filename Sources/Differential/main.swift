import SignalboxTesting

// Writes generated expressions with what this engine makes of them, one JSON value a line, for
// `scripts/fuzz-differential` to compare with another engine: `differential COUNT SEED`.

let arguments = CommandLine.arguments
let count = arguments.count > 1 ? Int(arguments[1]) ?? 100_000 : 100_000
let seed = arguments.count > 2 ? UInt64(arguments[2]) ?? 1 : 1
var cases = DifferentialCases(seed: seed)
for number in 0..<count { print(JSONWriter.string(cases.next(number))) }
