public import Values

/// Values as people read them: in the form of the expression that makes them.
public enum ValueText {
  /// `value` as CEL writes it, shortened with `…` to about `limit` characters.
  ///
  /// O(limit) and the depth of the value, which the parsers limit.
  public static func text(_ value: Value, limit: Int = .max) -> String {
    var writer = Writer(limit: limit)
    writer.write(value)
    return writer.result
  }

  private struct Writer {
    let limit: Int
    var result = ""
    var hasStopped = false

    init(limit: Int) { self.limit = max(1, limit) }

    mutating func append(_ text: String) {
      guard !hasStopped else { return }
      var count = result.unicodeScalars.count
      if count + text.utf8.count <= limit {
        result += text
        return
      }
      for scalar in text.unicodeScalars {
        if count >= limit {
          result += "…"
          hasStopped = true
          return
        }
        result.unicodeScalars.append(scalar)
        count += 1
      }
    }

    mutating func write(_ value: Value) {
      guard !hasStopped else { return }
      switch value {
      case .string(let text):
        append(LiteralText.quoted(limit == .max ? text : String(text.prefix(limit + 1))))
      case .null, .bool, .int, .uint, .bytes: append(LiteralText.text(value))
      case .double(let double):
        append(
          double.isFinite
            ? double.description : double.isNaN ? "NaN" : double < 0 ? "-Infinity" : "Infinity"
        )
      case .list(let elements):
        append("[")
        for (position, element) in elements.enumerated() {
          if hasStopped { return }
          if position > 0 { append(", ") }
          write(element)
        }
        append("]")
      case .map(let map): entries(map, isRecord: false)
      case .timestamp(let timestamp): append("timestamp('\(Civil.text(timestamp))')")
      case .duration(let nanoseconds):
        append("duration('\(Civil.text(durationNanoseconds: nanoseconds))')")
      case .type(let name): append(name)
      case .optional(nil): append("optional.none()")
      case .optional(.some(let wrapped)):
        append("optional.of(")
        write(wrapped)
        append(")")
      case .record(let type, let fields):
        append(type)
        entries(fields, isRecord: true)
      case .enumeration(let type, let number): append("\(type)(\(number))")
      case .opaque(let type, let text):
        append((type == "net.CIDR" ? "cidr(" : "ip(") + LiteralText.quoted(text) + ")")
      }
    }

    private mutating func entries(_ map: ValueMap, isRecord: Bool) {
      append("{")
      for (position, entry) in map.entries.enumerated() {
        if hasStopped { return }
        if position > 0 { append(", ") }
        if isRecord, case .string(let name) = entry.key {
          append(name)
        } else {
          write(entry.key.value)
        }
        append(": ")
        write(entry.value)
      }
      append("}")
    }
  }
}
