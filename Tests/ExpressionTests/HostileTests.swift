import Expression
import Source
import TestSupport
import Testing
import Values

/// Expressions that try to crash, hang or exhaust.
@Suite struct HostileTests {
  private static let path = "security/cel-hostile.jsonl"

  @Test(.enabled(if: SuiteFiles.isPresent(path), Comment(rawValue: SuiteFiles.missing)))
  func corpusNeitherCrashesNorHangs() throws {
    let lines = try SuiteFiles.jsonLines(Self.path)
    #expect(lines.count >= 45)
    for row in lines {
      let outcome = Self.outcome(row)
      let accepted: [String] =
        switch row["expect"]?.text ?? "" {
        case "error", "error_no_crash": ["error"]
        case "ok": ["value"]
        case "cost_error": ["cost"]
        case "false_fast": ["false"]
        default: ["error", "value", "cost", "false"]
        }
      #expect(accepted.contains(outcome), "\(row["id"]?.text ?? "") gave \(outcome)")
    }
  }

  private static func outcome(_ row: Value) -> String {
    var text = row["expr"]?.text ?? ""
    if let plan = row["gen"], case .int(let count)? = plan["n"] {
      let unit = plan["unit"]?.text ?? ""
      text = (plan["prefix"]?.text ?? "") + String(repeating: unit, count: Int(count))
      text += plan["suffix"]?.text ?? ""
    }
    var variables: [Environment.Variable] = []
    var values: [Value] = []
    if case .map(let map)? = row["vars"] {
      for entry in map.entries {
        guard case .string(let name) = entry.key else { continue }
        variables.append(.init(name: name, type: .dyn, slot: variables.count))
        values.append(value(entry.value))
      }
    }
    var memory = Memory(slotCount: values.count)
    for (slot, value) in values.enumerated() { memory.set(slot, value) }
    let environment = Environment(variables: variables, dialect: .cel)
    let (program, _) = Program.compile(
      SourceText(name: "hostile", text: text),
      in: environment
    )
    guard let program else { return "error" }
    switch program.evaluate(memory) {
    case .value(.bool(false)): return "false"
    case .value: return "value"
    case .failure(let error): return error.kind == .costExceeded ? "cost" : "error"
    }
  }

  private static func value(_ encoded: Value) -> Value {
    guard let pair = encoded["$repeat"], case .list(let parts) = pair,
      let text = parts.first?.text, case .int(let count)? = parts.last
    else { return encoded }
    return .string(String(repeating: text, count: Int(count)))
  }

  @Test func flatChainsMayBeLong() {
    var limits = Limits()
    limits.expressionBytes = 1 << 20
    for (unit, join, wanted) in [
      ("1", " + ", Value.int(10_000)), ("true", " && ", .bool(true)),
      ("false", " || ", .bool(false)), ("score == 0.75", " && ", .bool(true)),
      ("input.count", " + ", .int(30_000)),
    ] {
      let text = Array(repeating: unit, count: 10_000).joined(separator: join)
      let program = Sample.compile(text, limits: limits).program
      #expect(program?.evaluate(Sample.memory).value == wanted)
    }
  }

  @Test func depthIsStrict() {
    for unit in ["(", "[", "!", "-", "{1:", "size("] {
      let text = String(repeating: unit, count: 300) + "1"
      let codes = Sample.compile(text).diagnostics.map(\.code.id)
      #expect(codes.contains("SBX-CEL-003"), "\(unit)")
    }
  }

  @Test func randomBlocksNeverCrash() {
    let seed: UInt64 = 0xB10C
    var numbers = SeededNumbers(seed)
    let pieces = [
      "{{ range x in items }}", "{{ range input.list }}", "{{range i, x in [1]}}", "{{ end }}",
      "{{ else }}", "{{ if score > 0.5 }}", "{{ else if true }}", "{{ . }}", "{{ .sku }}", "text",
      "\n", " ", "{{- x -}}", "{{", "}}", "{{ item.qty }}", "{{ range }}", "{{ if }}", "{{ .a.b }}",
      "{{ range .items }}", "{{ index }}", "{{ items | map('sku') }}", "{{-", "-}}",
    ]
    var rendered = 0
    for _ in 0..<5_000 {
      var text = ""
      for _ in 0..<Int.random(in: 1...10, using: &numbers) {
        text += pieces.randomElement(using: &numbers) ?? ""
      }
      if Sample.render(text).hasPrefix("value") { rendered += 1 }
    }
    #expect(rendered > 100, "seed \(seed)")
  }

  @Test func longTextIsRefused() {
    let text = String(repeating: "(", count: 1 << 20)
    #expect(Sample.compile(text).diagnostics.map(\.code.id) == ["SBX-CEL-004"])
  }

  @Test func randomBytesNeverCrash() {
    var numbers = SeededNumbers(0xCE1)
    let pieces = [
      "input", ".", "name", "(", ")", "[", "]", "{", "}", "1", "'a'", "+", "-", "!", "?", ":", ",",
      "&&", "||", "==", "in", "has", "items", "map", "x", "\\", "\"", "`", "\u{202E}", "0x", "1u",
      "\u{0}", "default", "true", "null", "<", "%", "|", "{{", "}}",
    ]
    var compiled = 0
    for _ in 0..<20_000 {
      let count = Int.random(in: 1...12, using: &numbers)
      var text = ""
      for _ in 0..<count { text += pieces.randomElement(using: &numbers) ?? "" }
      if let program = Sample.compile(text).program {
        _ = program.evaluate(Sample.memory)
        compiled += 1
      }
      _ = Sample.render("{{" + text + "}}")
    }
    #expect(compiled > 100, "seed 0xCE1")
  }
}
