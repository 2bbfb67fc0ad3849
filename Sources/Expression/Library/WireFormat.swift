import Source
import Values

extension MessageRegistry {
  /// The message packed in an `Any`.
  func unpack(_ url: String, _ bytes: [UInt8], _ context: Context) -> Cell {
    guard let slash = url.lastIndex(of: "/") else {
      return context.fail(.invalidConversion, Messages.badAny(url))
    }
    let name = String(url[url.index(after: slash)...])
    guard records.records[name] != nil else {
      return context.fail(.invalidConversion, Messages.badAny(url))
    }
    var reader = WireReader(bytes[...])
    return decode(name, &reader, context, depth: 0)
      ?? context.fail(.invalidConversion, Messages.badAny(url))
  }

  private func decode(
    _ name: String,
    _ reader: inout WireReader,
    _ context: Context,
    depth: Int
  ) -> Cell? {
    guard depth < 64, let record = records.records[name] else { return nil }
    var singular: [(RecordField, Cell)] = []
    var repeated: [String: [Cell]] = [:]
    var maps: [String: [(Cell, Cell)]] = [:]
    while !reader.isAtEnd {
      context.charge(1)
      guard let tag = reader.varint(), !context.isExhausted else { return nil }
      let field =
        record.fields.first { $0.wire?.number == Int(tag >> 3) }
        ?? records.extensions.values.first {
          $0.extendee == name && $0.field.wire?.number == Int(tag >> 3)
        }?.field
      guard let field, let wire = field.wire else {
        guard reader.skip(tag & 7) else { return nil }
        continue
      }
      if let map = wire.map {
        guard let entry = entry(map, &reader, context, depth: depth) else { return nil }
        maps[field.name, default: []].append(entry)
      } else if wire.isRepeated, tag & 7 == 2, wire.kind.isPackable {
        guard var packed = reader.delimited() else { return nil }
        while !packed.isAtEnd {
          guard let cell = scalar(wire, &packed, context, depth: depth) else { return nil }
          repeated[field.name, default: []].append(cell)
        }
      } else {
        guard let cell = scalar(wire, &reader, context, depth: depth) else { return nil }
        if wire.isRepeated {
          repeated[field.name, default: []].append(cell)
        } else {
          singular.removeAll { $0.0.name == field.name }
          singular.append((field, cell))
        }
      }
    }
    var given = singular.map { (context.text($0.0.name), $0.1) }
    given += repeated.sorted { $0.key < $1.key }.map {
      (context.text($0.key), context.list($0.value))
    }
    given += maps.sorted { $0.key < $1.key }.map { (context.text($0.key), context.map($0.value)) }
    return construct(context.text(name), given, context)
  }

  /// A packed message within another; what cannot be read is kept and compared by its bytes.
  private func any(_ reader: WireReader, _ context: Context, depth: Int) -> Cell? {
    var inner = reader
    if let read = decode("google.protobuf.Any", &inner, context, depth: depth + 1), !read.isError {
      return read
    }
    let bytes = context.text(Array(reader.rest), tag: Tag.bytes)
    return context.record(
      context.text("google.protobuf.Any"),
      [(context.text("value"), bytes)]
    )
  }

  private func entry(
    _ map: WireField.MapKinds,
    _ reader: inout WireReader,
    _ context: Context,
    depth: Int
  ) -> (Cell, Cell)? {
    guard var inner = reader.delimited() else { return nil }
    let keyField = WireField(number: 1, kind: map.key)
    let valueField = WireField(number: 2, kind: map.value, typeName: map.valueTypeName)
    var key = scalarDefault(keyField, context)
    var value = scalarDefault(valueField, context)
    while !inner.isAtEnd {
      guard let tag = inner.varint() else { return nil }
      guard let cell = scalar(tag >> 3 == 1 ? keyField : valueField, &inner, context, depth: depth)
      else { return nil }
      if tag >> 3 == 1 { key = cell } else { value = cell }
    }
    return (key, value)
  }

  private func scalar(
    _ wire: WireField,
    _ reader: inout WireReader,
    _ context: Context,
    depth: Int
  ) -> Cell? {
    switch wire.kind {
    case .int32, .int64: return reader.varint().map { Cell(Int64(bitPattern: $0)) }
    case .uint32, .uint64: return reader.varint().map { Cell($0) }
    case .sint32, .sint64:
      return reader.varint().map { Cell(Int64(bitPattern: $0 >> 1) ^ -Int64($0 & 1)) }
    case .bool: return reader.varint().map { Cell($0 != 0) }
    case .enumeration:
      return reader.varint().map {
        enumerationValue(wire.typeName ?? "", Int32(truncatingIfNeeded: $0), context)
      }
    case .fixed64: return reader.fixed(8).map { Cell($0) }
    case .sfixed64: return reader.fixed(8).map { Cell(Int64(bitPattern: $0)) }
    case .double: return reader.fixed(8).map { Cell(Double(bitPattern: $0)) }
    case .fixed32: return reader.fixed(4).map { Cell($0) }
    case .sfixed32: return reader.fixed(4).map { Cell(Int64(Int32(truncatingIfNeeded: $0))) }
    case .float:
      return reader.fixed(4).map {
        Cell(Double(Float(bitPattern: UInt32(truncatingIfNeeded: $0))))
      }
    case .string:
      guard let inner = reader.delimited(),
        let text = String(validating: inner.rest, as: UTF8.self)
      else { return nil }
      return context.text(text)
    case .bytes: return reader.delimited().map { context.text(Array($0.rest), tag: Tag.bytes) }
    case .message:
      guard var inner = reader.delimited() else { return nil }
      if wire.typeName == "google.protobuf.Any" { return any(inner, context, depth: depth) }
      return decode(wire.typeName ?? "", &inner, context, depth: depth + 1)
    case .group: return nil
    }
  }
}

extension WireField.Kind {
  fileprivate var isPackable: Bool {
    switch self {
    case .string, .bytes, .message, .group: false
    default: true
    }
  }
}

/// Reads the protobuf wire format.
private struct WireReader {
  private(set) var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func varint() -> UInt64? {
    var result: UInt64 = 0
    for shift in stride(from: 0, to: 70, by: 7) {
      guard let byte = rest.popFirst() else { return nil }
      result |= UInt64(byte & 0x7F) << UInt64(shift)
      if byte & 0x80 == 0 { return result }
    }
    return nil
  }

  mutating func fixed(_ count: Int) -> UInt64? {
    guard rest.count >= count else { return nil }
    let bytes = rest.prefix(count)
    rest = rest.dropFirst(count)
    return bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
  }

  mutating func delimited() -> WireReader? {
    guard let count = varint(), count <= UInt64(rest.count) else { return nil }
    let inner = WireReader(rest.prefix(Int(count)))
    rest = rest.dropFirst(Int(count))
    return inner
  }

  mutating func skip(_ kind: UInt64) -> Bool {
    switch kind {
    case 0: varint() != nil
    case 1: fixed(8) != nil
    case 2: delimited() != nil
    case 5: fixed(4) != nil
    default: false
    }
  }
}
