import Source
import Values

extension MessageRegistry {
  /// The value of a field that is not set.
  func defaultValue(_ field: RecordField, _ context: Context) -> Cell {
    guard let wire = field.wire else { return .null }
    if wire.map != nil { return Cell(tag: Tag.map) }
    if wire.isRepeated { return .emptyList }
    if wire.kind == .message || wire.kind == .group {
      return defaultMessage(wire.typeName ?? "", context)
    }
    return scalarDefault(wire, context)
  }

  private func defaultMessage(_ name: String, _ context: Context) -> Cell {
    switch name {
    case "google.protobuf.Timestamp": return Cell(Timestamp(seconds: 0, nanoseconds: 0))
    case "google.protobuf.Duration": return Cell(durationNanoseconds: 0)
    case "google.protobuf.Struct": return Cell(tag: Tag.map)
    case "google.protobuf.ListValue": return .emptyList
    default:
      // Wrappers, `Value` and `Any` read as null; other messages as an empty message.
      if WellKnown.expressionType(of: name) != nil { return .null }
      return context.record(context.text(name), [])
    }
  }

  func scalarDefault(_ wire: WireField, _ context: Context) -> Cell {
    let text = wire.defaultText ?? ""
    switch wire.kind {
    case .double, .float: return Cell(Double(text) ?? 0)
    case .int32, .int64, .sint32, .sint64, .sfixed32, .sfixed64: return Cell(Int64(text) ?? 0)
    case .uint32, .uint64, .fixed32, .fixed64: return Cell(UInt64(text) ?? 0)
    case .bool: return Cell(text == "true")
    case .string: return context.text(text)
    case .bytes: return context.text(Array(text.utf8), tag: Tag.bytes)
    case .enumeration:
      let type = wire.typeName ?? ""
      let members = records.enumerations[type] ?? [:]
      // Without a declared default it is the first declared member: number 0 in proto3.
      let number =
        members[text] ?? Int32(text) ?? (members.values.contains(0) ? 0 : members.values.min() ?? 0)
      return enumerationValue(type, number, context)
    case .message, .group: return .null
    }
  }

  func enumerationValue(_ type: String, _ number: Int32, _ context: Context) -> Cell {
    hasStrongEnumerations && type != "google.protobuf.NullValue"
      ? context.enumeration(context.text(type), number) : Cell(Int64(number))
  }

  // MARK: Construction

  func construct(_ type: Cell, _ given: [(Cell, Cell)], _ context: Context) -> Cell {
    let name = type.text.string
    var fields: [(Cell, Cell)] = []
    var oneofs: [String: Int] = [:]
    for (key, cell) in given {
      guard let field = records.field(key.text.string, of: name), let wire = field.wire else {
        return context.fail(.noSuchField, Messages.unknownField(key.text.string, name))
      }
      let value = stored(cell, wire, context)
      if value.isError { return value }
      if value.tag == Tag.optional { continue }
      if isUnset(value, wire) { continue }
      if let oneof = wire.oneof, let earlier = oneofs[oneof] { fields[earlier].1 = .absent }
      if let oneof = wire.oneof { oneofs[oneof] = fields.count }
      fields.append((key, value))
    }
    fields.removeAll { $0.1.tag == Tag.absent }
    if let plain = wellKnown(name, fields, context) { return plain }
    return context.record(type, fields)
  }

  /// Whether a value is not stored: an empty collection, or proto3's zero without presence.
  private func isUnset(_ cell: Cell, _ wire: WireField) -> Bool {
    if wire.map != nil || wire.isRepeated { return cell.count == 0 }
    // Protobuf keeps a zero with a sign.
    if cell.isDouble, cell.bits != 0 { return false }
    return !wire.hasPresence && OptionalFunctions.isZero(cell)
  }

  /// A value as the field stores it; `.none` when null leaves the field unset; an error otherwise.
  private func stored(_ cell: Cell, _ wire: WireField, _ context: Context) -> Cell {
    if let map = wire.map {
      guard cell.tag == Tag.map else { return badField(cell, context) }
      var entries: [(Cell, Cell)] = []
      for index in 0..<cell.count {
        let key = element(
          cell.entries.key(index),
          WireField(number: 1, kind: map.key),
          context
        )
        if key.isError { return key }
        let value = element(
          cell.entries.value(index),
          WireField(number: 2, kind: map.value, typeName: map.valueTypeName),
          context
        )
        if value.isError { return value }
        if value.tag == Tag.optional { continue }
        entries.append((key, value))
      }
      return context.map(entries)
    }
    if wire.isRepeated {
      guard cell.tag == Tag.list else { return badField(cell, context) }
      var builder = ListBuilder(capacity: cell.count, context)
      for index in 0..<cell.count {
        context.charge(1)
        let value = element(cell.elements[index], wire, context)
        if value.isError { return value }
        if value.tag != Tag.optional { builder.append(value, context) }
      }
      return builder.finish(context)
    }
    return element(cell, wire, context)
  }

  private func badField(_ cell: Cell, _ context: Context) -> Cell {
    context.fail(.noSuchOverload, Messages.unsupportedField(cell))
  }

  private func element(_ cell: Cell, _ wire: WireField, _ context: Context) -> Cell {
    switch wire.kind {
    case .message, .group: return message(cell, wire.typeName ?? "", context)
    case .bool: return cell.isBool ? cell : badField(cell, context)
    case .string: return cell.isString ? cell : badField(cell, context)
    case .bytes: return cell.tag == Tag.bytes ? cell : badField(cell, context)
    case .double: return cell.isDouble ? cell : badField(cell, context)
    case .float: return cell.isDouble ? Cell(Double(Float(cell.double))) : badField(cell, context)
    case .int64, .sint64, .sfixed64: return cell.isInt ? cell : badField(cell, context)
    case .int32, .sint32, .sfixed32:
      guard cell.isInt else { return badField(cell, context) }
      return Int32(exactly: cell.int) == nil
        ? context.fail(.overflow, Messages.overflow) : cell
    case .uint64, .fixed64: return cell.isUint ? cell : badField(cell, context)
    case .uint32, .fixed32:
      guard cell.isUint else { return badField(cell, context) }
      return UInt32(exactly: cell.bits) == nil
        ? context.fail(.overflow, Messages.overflow) : cell
    case .enumeration:
      if cell.tag == Tag.enumeration { return cell }
      // `NullValue` is an enumeration of one member, which null may stand for.
      if cell.tag == Tag.null, wire.typeName == "google.protobuf.NullValue" { return Cell(0) }
      guard cell.isInt else { return badField(cell, context) }
      guard let number = Int32(exactly: cell.int) else {
        return context.fail(.overflow, Messages.overflow)
      }
      return enumerationValue(wire.typeName ?? "", number, context)
    }
  }

  private func message(_ cell: Cell, _ name: String, _ context: Context) -> Cell {
    let kind = name.hasPrefix("google.protobuf.") ? String(name.dropFirst(16)) : ""
    switch kind {
    case "BoolValue": return wrapper(cell, .bool, context)
    case "Int32Value": return wrapper(cell, .int32, context)
    case "Int64Value": return wrapper(cell, .int64, context)
    case "UInt32Value": return wrapper(cell, .uint32, context)
    case "UInt64Value": return wrapper(cell, .uint64, context)
    case "FloatValue": return wrapper(cell, .float, context)
    case "DoubleValue": return wrapper(cell, .double, context)
    case "StringValue": return wrapper(cell, .string, context)
    case "BytesValue": return wrapper(cell, .bytes, context)
    case "Timestamp": return nullable(cell, Tag.timestamp, context)
    case "Duration": return nullable(cell, Tag.duration, context)
    case "Any": return cell
    case "Value": return json(cell, context)
    case "Struct":
      guard cell.tag == Tag.map else { return badField(cell, context) }
      return json(cell, context)
    case "ListValue":
      guard cell.tag == Tag.list else { return badField(cell, context) }
      return json(cell, context)
    default:
      guard cell.tag == Tag.record, cell.typeName.text.string == name else {
        return cell.tag == Tag.null ? .none : badField(cell, context)
      }
      return cell
    }
  }

  private func nullable(_ cell: Cell, _ tag: UInt8, _ context: Context) -> Cell {
    cell.tag == Tag.null ? .none : cell.tag == tag ? cell : badField(cell, context)
  }

  private func wrapper(_ cell: Cell, _ kind: WireField.Kind, _ context: Context) -> Cell {
    cell.tag == Tag.null ? .none : element(cell, WireField(number: 1, kind: kind), context)
  }

  /// A value as JSON holds it: numbers are doubles, what does not fit becomes text.
  private func json(_ cell: Cell, _ context: Context) -> Cell {
    switch cell.tag {
    case Tag.null, Tag.bool, Tag.double, Tag.string: return cell
    case Tag.int:
      return cell.int.magnitude < 1 << 53
        ? Cell(Double(cell.int)) : context.text(String(cell.int))
    case Tag.uint:
      return cell.bits < 1 << 53 ? Cell(Double(cell.bits)) : context.text(String(cell.bits))
    case Tag.bytes: return context.text(Base64.encode(cell.text.array))
    case Tag.timestamp: return context.text(Civil.text(cell.timestamp))
    case Tag.duration: return context.text(Civil.text(durationNanoseconds: cell.int))
    case Tag.list:
      var builder = ListBuilder(capacity: cell.count, context)
      for index in 0..<cell.count {
        let value = json(cell.elements[index], context)
        if value.isError { return value }
        builder.append(value, context)
      }
      return builder.finish(context)
    case Tag.map:
      var entries: [(Cell, Cell)] = []
      for index in 0..<cell.count {
        let key = cell.entries.key(index)
        guard key.isString else {
          return context.fail(.invalidArgument, Messages.badMapKey(key))
        }
        let value = json(cell.entries.value(index), context)
        if value.isError { return value }
        entries.append((key, value))
      }
      return context.map(entries)
    case Tag.record:
      if cell.typeName.text.string == "google.protobuf.Empty" { return Cell(tag: Tag.map) }
      if cell.typeName.text.string == "google.protobuf.FieldMask" {
        return fieldMask(cell, context)
      }
      return badField(cell, context)
    default: return badField(cell, context)
    }
  }

  private func fieldMask(_ cell: Cell, _ context: Context) -> Cell {
    let paths = cell.fields.value(named: context.text("paths"))
    guard paths.tag == Tag.list else { return .emptyText }
    let names = (0..<paths.count).map { paths.elements[$0].text.string }
    return context.text(names.map(camelCase).joined(separator: ","))
  }

  private func camelCase(_ name: String) -> String {
    var result = ""
    var raises = false
    for scalar in name.unicodeScalars {
      if scalar == "_" {
        raises = true
      } else {
        result += raises ? String(scalar).uppercased() : String(scalar)
        raises = false
      }
    }
    return result
  }

  /// The plain value that a well-known message stands for; nil for other messages.
  private func wellKnown(
    _ name: String,
    _ fields: [(Cell, Cell)],
    _ context: Context
  ) -> Cell? {
    guard name.hasPrefix("google.protobuf.") else { return nil }
    func field(_ key: String) -> Cell? {
      fields.first { $0.0.text.string == key }?.1
    }
    switch name.dropFirst(16) {
    case "BoolValue": return field("value") ?? Cell(false)
    case "Int32Value", "Int64Value": return field("value") ?? Cell(Int64(0))
    case "UInt32Value", "UInt64Value": return field("value") ?? Cell(UInt64(0))
    case "FloatValue", "DoubleValue": return field("value") ?? Cell(0.0)
    case "StringValue": return field("value") ?? .emptyText
    case "BytesValue": return field("value") ?? Cell(tag: Tag.bytes)
    case "Struct": return field("fields") ?? Cell(tag: Tag.map)
    case "ListValue": return field("values") ?? .emptyList
    case "Value":
      if field("null_value") != nil { return .null }
      return fields.last?.1 ?? .null
    case "Timestamp":
      return Cell(
        Timestamp(
          seconds: field("seconds")?.int ?? 0,
          nanoseconds: Int32(max(0, min(999_999_999, field("nanos")?.int ?? 0)))
        )
      )
    case "Duration":
      let (product, overflow) = (field("seconds")?.int ?? 0).multipliedReportingOverflow(
        by: 1_000_000_000
      )
      let (sum, carry) = product.addingReportingOverflow(field("nanos")?.int ?? 0)
      return overflow || carry
        ? context.fail(.overflow, Messages.overflow) : Cell(durationNanoseconds: sum)
    case "Any":
      return unpack(
        field("type_url")?.text.string ?? "",
        field("value")?.text.array ?? [],
        context
      )
    default: return nil
    }
  }
}
