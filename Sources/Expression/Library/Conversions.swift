import Values

/// CEL's conversion functions.
enum Conversions {
  private static func failed(_ cell: Cell, _ type: String, _ context: Context) -> Cell {
    switch cell.tag {
    case Tag.string, Tag.bytes, Tag.double, Tag.int, Tag.uint:
      context.fail(.invalidConversion, Messages.conversion(cell, to: type))
    default: context.fail(.noSuchOverload, Messages.noOverload(type, [cell]))
    }
  }

  static func int(_ cell: Cell, _ context: Context) -> Cell {
    switch cell.tag {
    case Tag.int: return cell
    case Tag.uint:
      guard let int = Int64(exactly: cell.bits) else { return overflow(context) }
      return Cell(int)
    case Tag.double:
      let double = cell.double
      guard double > -9_223_372_036_854_775_808.0, double < 9_223_372_036_854_775_808.0 else {
        return overflow(context)
      }
      return Cell(Int64(double))
    case Tag.string:
      guard let int = Int64(cell.text.string) else {
        return failed(cell, "int", context)
      }
      return Cell(int)
    case Tag.timestamp: return Cell(cell.timestamp.seconds)
    case Tag.duration: return Cell(cell.int)
    case Tag.enumeration: return Cell(Int64(cell.enumerationNumber))
    default: return failed(cell, "int", context)
    }
  }

  private static func overflow(_ context: Context) -> Cell {
    context.fail(.overflow, Messages.overflow)
  }

  static func uint(_ cell: Cell, _ context: Context) -> Cell {
    switch cell.tag {
    case Tag.uint: return cell
    case Tag.int: return cell.int < 0 ? overflow(context) : Cell(cell.bits)
    case Tag.double:
      guard cell.double >= 0, cell.double < 18_446_744_073_709_551_616.0 else {
        return overflow(context)
      }
      return Cell(UInt64(cell.double))
    case Tag.string:
      guard let uint = UInt64(cell.text.string), Lexer.isDigit(cell.text[0]) else {
        return failed(cell, "uint", context)
      }
      return Cell(uint)
    default: return failed(cell, "uint", context)
    }
  }

  static func double(_ cell: Cell, _ context: Context) -> Cell {
    switch cell.tag {
    case Tag.double: return cell
    case Tag.int: return Cell(Double(cell.int))
    case Tag.uint: return Cell(Double(cell.bits))
    case Tag.string:
      guard let double = Double(cell.text.string) else { return failed(cell, "double", context) }
      return Cell(double)
    default: return failed(cell, "double", context)
    }
  }

  static func bool(_ cell: Cell, _ context: Context) -> Cell {
    if cell.isBool { return cell }
    guard cell.isString else { return failed(cell, "bool", context) }
    switch cell.text.string {
    case "true", "True", "TRUE", "t", "1": return Cell(true)
    case "false", "False", "FALSE", "f", "0": return Cell(false)
    default: return context.fail(.invalidConversion, Messages.conversion(cell, to: "bool"))
    }
  }

  static func string(_ cell: Cell, _ context: Context) -> Cell {
    context.charge(cell.tag == Tag.bytes ? CostUnits.tenth(cell.count) : 1)
    if context.isExhausted { return context.exhausted(at: context.range) }
    switch cell.tag {
    case Tag.string: return cell
    case Tag.bool: return context.text(cell.isTrue ? "true" : "false", isPaid: true)
    case Tag.int: return context.text(String(cell.int), isPaid: true)
    case Tag.uint: return context.text(String(cell.bits), isPaid: true)
    case Tag.double: return context.text(DoubleText.text(cell.double), isPaid: true)
    case Tag.bytes:
      guard let text = String(validating: cell.text.array, as: UTF8.self) else {
        return context.fail(.invalidConversion, Messages.conversion(cell, to: "string"))
      }
      return context.text(text, isPaid: true)
    case Tag.timestamp: return context.text(Civil.text(cell.timestamp), isPaid: true)
    case Tag.duration:
      return context.text(Civil.text(durationNanoseconds: cell.int), isPaid: true)
    case Tag.opaque: return cell.opaqueText
    default: return failed(cell, "string", context)
    }
  }

  static func bytes(_ cell: Cell, _ context: Context) -> Cell {
    context.charge(cell.isString ? CostUnits.tenth(cell.pricedSize) : 1)
    switch cell.tag {
    case Tag.bytes: return cell
    case Tag.string: return Cell(tag: Tag.bytes, count: UInt32(cell.count), bits: cell.bits)
    default: return failed(cell, "bytes", context)
    }
  }

  static func timestamp(_ cell: Cell, _ context: Context) -> Cell {
    switch cell.tag {
    case Tag.timestamp: return cell
    case Tag.int:
      guard cell.int >= Civil.minimumSeconds, cell.int <= Civil.maximumSeconds else {
        return context.fail(.overflow, Messages.timestampRange)
      }
      return Cell(Timestamp(seconds: cell.int, nanoseconds: 0))
    case Tag.string:
      guard let timestamp = Civil.parse(cell.text.array) else {
        let message = Messages.conversion(cell, to: "a timestamp") + Messages.timestampForm
        return context.fail(.invalidConversion, message)
      }
      return Cell(timestamp)
    default: return failed(cell, "timestamp", context)
    }
  }

  static func duration(_ cell: Cell, _ context: Context) -> Cell {
    switch cell.tag {
    case Tag.duration: return cell
    case Tag.int: return Cell(durationNanoseconds: cell.int)
    case Tag.string:
      guard let nanoseconds = Civil.parseDuration(cell.text.array) else {
        let message = Messages.conversion(cell, to: "a duration") + Messages.durationForm
        return context.fail(.invalidConversion, message)
      }
      return Cell(durationNanoseconds: nanoseconds)
    default: return failed(cell, "duration", context)
    }
  }

  /// `type(value)`.
  static func type(_ cell: Cell, _ context: Context) -> Cell {
    let name: String
    switch cell.tag {
    case Tag.null: name = "null_type"
    case Tag.timestamp: name = "google.protobuf.Timestamp"
    case Tag.duration: name = "google.protobuf.Duration"
    case Tag.optional: name = "optional_type"
    case Tag.record, Tag.enumeration, Tag.opaque:
      let text = cell.typeName
      return Cell(tag: Tag.type, count: UInt32(text.count), bits: text.bits)
    default: name = cell.kindName
    }
    let text = context.text(name, isPaid: true)
    return text.isError ? text : Cell(tag: Tag.type, count: UInt32(text.count), bits: text.bits)
  }

  // MARK: Timestamps

  /// A part of a timestamp in UTC or in a time zone.
  static func part(
    _ cell: Cell,
    zone: Cell?,
    _ context: Context,
    _ name: String,
    _ read: (Civil.Fields) -> Int
  ) -> Cell {
    guard cell.tag == Tag.timestamp else {
      return context.fail(.noSuchOverload, Messages.noOverload(name, [cell]))
    }
    let seconds = cell.timestamp.seconds
    guard let zone else { return Cell(read(Civil.fields(seconds))) }
    guard zone.isString else {
      return context.fail(.noSuchOverload, Messages.noOverload(name, [cell, zone]))
    }
    guard let offset = offset(zone.text.string, at: seconds) else {
      return context.fail(.invalidArgument, Messages.unknownZone(zone.text.string))
    }
    return Cell(read(Civil.fields(seconds + Int64(offset))))
  }

  private static func offset(_ zone: String, at seconds: Int64) -> Int? {
    if zone == "UTC" || zone.isEmpty { return 0 }
    if zone.utf8.contains(0x3A) {
      var reader = DigitReader(Array(zone.utf8))
      guard let offset = reader.offsetSeconds(), reader.isAtEnd else { return nil }
      return offset
    }
    return Zone.named(zone)?.offset(at: seconds)
  }
}
