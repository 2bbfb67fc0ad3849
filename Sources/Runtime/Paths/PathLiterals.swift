import Expression
import Source
import Table
import Values

/// What the texts of a flow compare its data with: candidates for answers that change the way.
///
/// Literals are known by the last name of the paths that stand in the same text, and go along with
/// assignments (`state.score = rate.mark` makes what `score` is compared with a candidate for
/// `mark`).
struct PathLiterals {
  private var known: [MapKey: [Value]] = [:]
  /// Paths that texts read, by the variable.
  private(set) var reads: [MapKey: [[String]]] = [:]

  /// What the texts of a flow say, and of an invariant that a search is about.
  init(_ table: LinkedTable, _ monitor: InvariantMonitor? = nil) {
    if let monitor { add(monitor, table) }
    for (index, program) in table.programs.enumerated() {
      guard let program else { continue }
      for read in program.reads {
        reads[.string(read.variable), default: []].append(read.fields)
      }
      guard case .expression = program else { continue }
      let literals = Self.literals(in: table.table.programs[index].text)
      for read in program.reads { add(literals, to: read.fields.last ?? read.variable) }
    }
    // Two rounds follow a value through two assignments.
    for _ in 0..<2 {
      for assignment in table.table.assignments {
        let literals = self.literals(for: assignment.field)
        guard !literals.isEmpty, let program = table.programs[Int(assignment.program)] else {
          continue
        }
        for read in program.reads { add(literals, to: read.fields.last ?? read.variable) }
      }
    }
  }

  /// What an invariant compares answers and arguments with.
  private mutating func add(_ monitor: InvariantMonitor, _ table: LinkedTable) {
    for (name, when) in monitor.conditions {
      let environment = WatchedSelector.environment(name)
      guard let program = Program.compile(when, in: environment).program else { continue }
      let literals = Self.literals(in: when.text)
      for read in program.reads {
        reads[.string(read.variable), default: []].append(read.fields)
        add(literals, to: read.fields.last ?? read.variable)
      }
    }
    for (program, value) in monitor.arguments {
      for read in table.programs[Int(program)]?.reads ?? [] {
        add([value], to: read.fields.last ?? read.variable)
      }
    }
  }

  /// What a field of that name is compared with.
  func literals(for name: String) -> [Value] { known[.string(name)] ?? [] }

  private mutating func add(_ literals: [Value], to name: String) {
    var list = known[.string(name)] ?? []
    for literal in literals where !list.contains(literal) { list.append(literal) }
    known[.string(name)] = list
  }

  /// Numbers and texts in an expression, in order.
  static func literals(in text: String) -> [Value] {
    let bytes = Array(text.utf8)
    var found: [Value] = []
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      let start = index
      switch byte {
      case 0x22, 0x27:
        index += 1
        while index < bytes.count, bytes[index] != byte { index += bytes[index] == 0x5C ? 2 : 1 }
        if start + 1 <= index, index < bytes.count {
          let content = bytes[(start + 1)..<index]
          if !content.contains(0x5C) {
            found.append(.string(String(decoding: content, as: UTF8.self)))
          }
        }
        index += 1
      case 0x30...0x39:
        while index < bytes.count, Self.isWord(bytes[index]) || bytes[index] == 0x2E { index += 1 }
        var digits = String(decoding: bytes[start..<index], as: UTF8.self)
        if start > 0, bytes[start - 1] == 0x2D { digits = "-" + digits }
        if let int = Int64(digits) {
          found.append(.int(int))
        } else if let double = Double(digits), double.isFinite {
          found.append(.double(double))
        }
      case _ where Self.isWord(byte):
        while index < bytes.count, Self.isWord(bytes[index]) { index += 1 }
      default: index += 1
      }
    }
    return found
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
      || byte == 0x5F
  }
}
