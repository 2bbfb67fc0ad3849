import Signalbox

/// Reading and writing documents.
enum TextBenchmarks {
  static let all = [
    Benchmark(names: ["json.parse", "json.write"], measure: json),
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

  private static func json() throws -> [Figure] {
    let value = orders
    let bytes = JSONWriter.bytes(value)
    let megabytes = Double(bytes.count) / 1e6
    let sink = Sink()
    let parse = try Measurement.median(samples: 15) {
      if case .list(let elements) = try JSONParser.parse(bytes) { sink.take(elements.count) }
    }
    let write = Measurement.median(samples: 15) { sink.take(JSONWriter.bytes(value).count) }
    return [
      Figure(name: "json.parse", value: megabytes / parse, unit: "MB/s"),
      Figure(name: "json.write", value: megabytes / write, unit: "MB/s"),
    ]
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
