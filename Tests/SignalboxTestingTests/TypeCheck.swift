import Signalbox
import SignalboxTesting

/// Whether values are what the checker deduced.
enum TypeCheck {
  static func fits(_ value: Value, _ type: ExpressionType, _ records: RecordRegistry) -> Bool {
    switch (value, type) {
    case (_, .dyn), (_, .any), (_, .parameter): true
    case (.null, .null), (.bool, .bool), (.int, .int), (.uint, .uint), (.double, .double),
      (.string, .string), (.bytes, .bytes), (.timestamp, .timestamp), (.duration, .duration),
      (.type, .type):
      true
    case (.opaque(let name, _), .abstract(let declared, _)): name == declared
    case (.list(let list), .list(let element)):
      list.allSatisfy { fits($0, element, records) }
    case (.map(let map), .map(let key, let content)):
      map.entries.allSatisfy { entry in
        fits(entry.key.value, key, records) && fits(entry.value, content, records)
      }
    case (.map(let map), .record(let name)):
      map.entries.allSatisfy { entry in
        guard case .string(let key) = entry.key else { return false }
        return records.field(key, of: name).map { fits(entry.value, $0.type, records) } ?? true
      }
    case (.optional(let inner), .optional(let wrapped)):
      inner.map { fits($0, wrapped, records) } ?? true
    default: false
    }
  }
}
