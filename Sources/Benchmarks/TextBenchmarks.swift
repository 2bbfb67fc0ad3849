import Signalbox

/// Reading and writing documents.
enum TextBenchmarks {
  static let all = [
    Benchmark(names: ["json.parse"], measure: parse),
    Benchmark(names: ["json.write"], measure: write),
    Benchmark(names: ["yaml.load_1mb"], measure: yaml),
  ]

  /// Orders with texts, numbers, nested lists: about 1 MB.
  private static var orders: Value {
    .list(
      (0..<5_000).map { number in
        .map([
          "id": .string("order-\(number)"), "amount": .double(Double(number) * 1.25),
          "note": .string("a line of text with \"quotes\", an é and a tab\t"),
          "items": .list([.int(Int64(number)), .bool(number % 2 == 0), .null]),
          "customer": .map(["name": .string("Somebody \(number)"), "age": .int(41)]),
        ])
      }
    )
  }

  private static func parse() throws -> [Figure] {
    let bytes = JSONWriter.bytes(orders)
    let sink = Sink()
    let time = try Measurement.median(samples: 25) {
      if case .list(let elements) = try JSONParser.parse(bytes) { sink.take(elements.count) }
    }
    return [Figure(name: "json.parse", value: Double(bytes.count) / 1e6 / time, unit: "MB/s")]
  }

  private static func write() throws -> [Figure] {
    let value = orders
    let megabytes = Double(JSONWriter.bytes(value).count) / 1e6
    let sink = Sink()
    let time = Measurement.median(samples: 25) { sink.take(JSONWriter.bytes(value).count) }
    return [Figure(name: "json.write", value: megabytes / time, unit: "MB/s")]
  }

  private static func yaml() throws -> [Figure] {
    var text = "orders:\n"
    var number = 0
    while text.utf8.count < 1 << 20 {
      text += "  - id: order-\(number)\n    amount: \(number).5\n    note: 'some text here'\n"
      text += "    items: [\(number), true, null]\n    customer: {name: Somebody, age: 41}\n"
      number += 1
    }
    let file = SourceFile(name: "orders.yaml", text: text)
    let sink = Sink()
    let time = try Measurement.median(samples: 7) {
      let parsed = DocumentParser.parse(file, limits: Limits())
      guard let root = parsed.root else {
        throw BenchmarkFailure(description: "the YAML: \(parsed.diagnostics.map(\.message))")
      }
      sink.take(root.entries?.count ?? 0)
    }
    return [Figure(name: "yaml.load_1mb", value: time * 1e3, unit: "ms")]
  }
}
