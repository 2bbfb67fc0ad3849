import Signalbox

/// How long refusing a megabyte of hostile text takes, and how much memory.
enum HostileBenchmarks {
  static let all = [
    Benchmark(names: ["expr.hostile_worst", "expr.hostile_growth"], measure: expressions)
  ]

  /// A megabyte each; none is an expression, or none that fits the limits.
  private static let texts: [String] = {
    let size = 1 << 20
    let units = [
      "(", "[", "{", "{1:", "!", "-", "a.", "a[", "f(", "1+", "a&&", "a?", "a?b:", "'", "\"", "`",
      "\\", "//", "r'''", "b'\\x", "'\\u", "0x", "1e", "a.b(", "x.map(y,", "has(", "é", "\u{0}",
      "a in ", "?", "[?", "{?", "1 ", "T{a:", "@", "|", "=",
    ]
    return units.map { unit in
      String(String(repeating: unit, count: size / unit.utf8.count + 1).prefix(size))
    }
  }()

  /// The slowest of the texts, as the limits are and with the one on length out of the way, so that
  /// the parser has to refuse; as an expression and as the inside of a template.
  private static func expressions() throws -> [Figure] {
    let environment = Environment(
      variables: [.init(name: "a", type: .dyn, slot: 0)],
      dialect: .flow
    )
    var wide = Limits()
    wide.expressionBytes = 1 << 21
    var worst = 0.0
    var accepted = 0
    let growth = PeakMemory.growth {
      for text in texts {
        let source = SourceText(name: "hostile", text: text)
        let template = SourceText(name: "hostile", text: "{{ " + text + " }}")
        for limits in [Limits(), wide] {
          let watch = Stopwatch()
          let start = watch.seconds
          if Program.compile(source, in: environment, limits: limits).program != nil {
            accepted += 1
          }
          let middle = watch.seconds
          if Template.compile(template, in: environment, limits: limits).template != nil {
            accepted += 1
          }
          let time = max(middle - start, watch.seconds - middle)
          if CommandProcess.environment("SIGNALBOX_VERBOSE") != nil { print(text.prefix(8), time) }
          worst = max(worst, time)
        }
      }
    }
    guard accepted == 0 else {
      throw BenchmarkFailure(description: "\(accepted) hostile texts were accepted")
    }
    return [
      Figure(name: "expr.hostile_worst", value: worst * 1e3, unit: "ms"),
      Figure(name: "expr.hostile_growth", value: Double(growth) / 1_048_576, unit: "MiB"),
    ]
  }
}
