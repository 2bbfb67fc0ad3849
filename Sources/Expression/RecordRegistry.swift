/// A declared field of a record.
public struct RecordField: Sendable {
  /// The field's name.
  public var name: String
  /// What it holds.
  public var type: ExpressionType
  /// Whether a value of the record may lack it.
  public var isOptional: Bool
  /// The texts it may hold, when they are enumerated; comparing with another is a finding.
  public var allowedTexts: [String]?
  /// How large its values may be, for estimates of cost.
  public var size: SizeBounds?
  /// How the field appears on the wire, for records that are protobuf messages.
  public var wire: WireField?

  /// A field; `allowedTexts` lists the members of a string enumeration.
  public init(
    _ name: String,
    _ type: ExpressionType,
    isOptional: Bool = false,
    allowedTexts: [String]? = nil,
    size: SizeBounds? = nil,
    wire: WireField? = nil
  ) {
    self.size = size
    self.name = name
    self.type = type
    self.isOptional = isOptional
    self.allowedTexts = allowedTexts
    self.wire = wire
  }
}

/// The declared records and enumerations that expressions may name.
///
/// Filled from JSON Schemas (records are then plain maps when they run) or from protobuf
/// descriptors given as data (records are then typed messages).
public struct RecordRegistry: Sendable {
  /// One declared record.
  struct Record: Sendable {
    var name: String
    var fields: [RecordField]
    var positions: [String: Int]
    /// Whether the record is a protobuf message that expressions may construct.
    var isMessage: Bool
  }

  private(set) var records: [String: Record] = [:]
  /// Enumerations: full name to members.
  private(set) var enumerations: [String: [String: Int32]] = [:]
  /// Extension fields by full name, each with the record that it extends.
  private(set) var extensions: [String: (extendee: String, field: RecordField)] = [:]

  /// A registry without records.
  public init() {}

  /// Declares a record whose values are maps: a later declaration of a name replaces the earlier.
  public mutating func declare(_ name: String, fields: [RecordField]) {
    insert(name, fields: fields, isMessage: false)
  }

  /// Declares a protobuf message.
  public mutating func declareMessage(_ name: String, fields: [RecordField]) {
    insert(name, fields: fields, isMessage: true)
  }

  /// Declares an enumeration; `members` maps short names to numbers.
  public mutating func declareEnumeration(_ name: String, members: [String: Int32]) {
    enumerations[name] = members
  }

  /// Declares an extension of a message, readable as `` message.`full.name` ``.
  public mutating func declareExtension(_ field: RecordField, of extendee: String) {
    extensions[field.name] = (extendee, field)
  }

  /// The fields of a declared record in declaration order; nil when the name is not declared.
  public func fields(of name: String) -> [RecordField]? { records[name]?.fields }

  /// One field of a declared record, extensions included.
  public func field(_ field: String, of name: String) -> RecordField? {
    if let record = records[name], let position = record.positions[field] {
      return record.fields[position]
    }
    if let found = extensions[field], found.extendee == name { return found.field }
    return nil
  }

  private mutating func insert(_ name: String, fields: [RecordField], isMessage: Bool) {
    var positions: [String: Int] = [:]
    for (position, field) in fields.enumerated() { positions[field.name] = position }
    records[name] = Record(
      name: name,
      fields: fields,
      positions: positions,
      isMessage: isMessage
    )
  }
}

/// How a protobuf field is stored, read from a descriptor.
public struct WireField: Sendable, Hashable {
  /// Scalar kinds of the wire format.
  public enum Kind: String, Sendable {
    /// IEEE 754 binary64.
    case double
    /// IEEE 754 binary32.
    case float
    /// Varint, signed.
    case int64
    /// Varint, unsigned.
    case uint64
    /// Varint, signed 32 bits.
    case int32
    /// Fixed 64 bits.
    case fixed64
    /// Fixed 32 bits.
    case fixed32
    /// One bit as a varint.
    case bool
    /// UTF-8 text.
    case string
    /// A delimited group.
    case group
    /// A nested message.
    case message
    /// Bytes.
    case bytes
    /// Varint, unsigned 32 bits.
    case uint32
    /// An enumeration member as a varint.
    case enumeration
    /// Fixed 32 bits, signed.
    case sfixed32
    /// Fixed 64 bits, signed.
    case sfixed64
    /// Zigzag varint of 32 bits.
    case sint32
    /// Zigzag varint of 64 bits.
    case sint64
  }

  /// The field number.
  public var number: Int
  /// The scalar kind; of a map, unused.
  public var kind: Kind
  /// Full name of the message or enumeration of the field or of its elements.
  public var typeName: String?
  /// Whether the field is a list.
  public var isRepeated: Bool
  /// Whether unset differs from the default value.
  public var hasPresence: Bool
  /// The oneof that the field belongs to; setting one member clears the others.
  public var oneof: String?
  /// The declared default in text form.
  public var defaultText: String?
  /// Kinds of key and value when the field is a map.
  public var map: MapKinds?

  /// Key and value of a map field.
  public struct MapKinds: Sendable, Hashable {
    /// Kind of the keys.
    public var key: Kind
    /// Kind of the values.
    public var value: Kind
    /// Message or enumeration of the values.
    public var valueTypeName: String?

    /// Kinds of a map field.
    public init(key: Kind, value: Kind, valueTypeName: String? = nil) {
      self.key = key
      self.value = value
      self.valueTypeName = valueTypeName
    }
  }

  /// A field as its descriptor tells it.
  public init(
    number: Int,
    kind: Kind,
    typeName: String? = nil,
    isRepeated: Bool = false,
    hasPresence: Bool = false,
    oneof: String? = nil,
    defaultText: String? = nil,
    map: MapKinds? = nil
  ) {
    self.number = number
    self.kind = kind
    self.typeName = typeName
    self.isRepeated = isRepeated
    self.hasPresence = hasPresence
    self.oneof = oneof
    self.defaultText = defaultText
    self.map = map
  }
}

extension WireField {
  /// The type that expressions see.
  public var expressionType: ExpressionType {
    if let map {
      return .map(
        WireField.type(map.key, nil),
        WireField.type(map.value, map.valueTypeName)
      )
    }
    let element = WireField.type(kind, typeName)
    return isRepeated ? .list(element) : element
  }

  private static func type(_ kind: Kind, _ typeName: String?) -> ExpressionType {
    switch kind {
    case .double, .float: .double
    case .int64, .int32, .sint32, .sint64, .sfixed32, .sfixed64: .int
    case .uint64, .uint32, .fixed32, .fixed64: .uint
    case .bool: .bool
    case .string: .string
    case .bytes: .bytes
    case .enumeration: .enumeration(typeName ?? "")
    case .message, .group:
      WellKnown.expressionType(of: typeName ?? "") ?? .record(typeName ?? "")
    }
  }
}
