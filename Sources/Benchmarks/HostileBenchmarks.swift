import Signalbox

/// How long refusing a megabyte of hostile text takes, and how much memory.
enum HostileBenchmarks {
  static let all = [
    Benchmark(
      names: ["expr.hostile_worst", "expr.hostile_growth", "expr.hostile_unlimited"],
      measure: expressions
    )
  ]

  /// A megabyte each; none is an expression, or none that fits the limits.
  private static let texts: [String] = {
    let size = 1 << 20
    let units = [
      "(", "[", "{", "{1:", "!", "-", "a.", "a[", "f(", "1+", "a&&", "a?", "a?b:", "'", "\"", "`",
      "\\", "//", "r'''", "b'\\x", "'\\u", "0x", "1e", "a.b(", "x.map(y,", "has(", "é", "\u{0}",
      "a in ", "?", "[?", "{?", "1 ", "T{a:", "@", "|", "=",
    ]
    return units.map { String(repeating: $0, count: size / $0.utf8.count) }
  }()

  /// The slowest of the texts with the limits as they are, and with the one on length out of the
  /// way, so that the parser has to refuse: flat chains are read to their end there.
  private static func expressions() throws -> [Figure] {
    var wide = Limits()
    wide.expressionBytes = 1 << 21
    var worst = 0.0
    let growth = try PeakMemory.growth { worst = try slowest(Limits()) }
    return [
      Figure(name: "expr.hostile_worst", value: worst * 1e3, unit: "ms"),
      Figure(name: "expr.hostile_growth", value: Double(growth) / 1_048_576, unit: "MiB"),
      Figure(name: "expr.hostile_unlimited", value: try slowest(wide) * 1e3, unit: "ms"),
    ]
  }

  /// The longest that refusing one of the texts takes, as an expression or within a template.
  private static func slowest(_ limits: Limits) throws -> Double {
    let environment = Environment(
      variables: [.init(name: "a", type: .dyn, slot: 0)],
      dialect: .flow
    )
    var worst = 0.0
    for text in texts {
      let source = SourceText(name: "hostile", text: text)
      let template = SourceText(name: "hostile", text: "{{ " + text + " }}")
      let watch = Stopwatch()
      let start = watch.seconds
      let isExpression =
        Program.compile(source, in: environment, limits: limits).program != nil
      let middle = watch.seconds
      let isTemplate =
        Template.compile(template, in: environment, limits: limits).template != nil
      let time = max(middle - start, watch.seconds - middle)
      guard !isExpression, !isTemplate else {
        throw BenchmarkFailure(description: "\(text.prefix(8))… is accepted")
      }
      if CommandProcess.environment("SIGNALBOX_VERBOSE") != nil { print(text.prefix(8), time) }
      worst = max(worst, time)
    }
    return worst
  }
}
