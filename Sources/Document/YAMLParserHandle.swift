import CYAML
import Values

/// One libyaml event with the place where it starts.
struct YAMLEvent {
  /// How a scalar is written.
  enum Style {
    case plain
    case singleQuoted
    case doubleQuoted
    case literal
    case folded
  }

  enum Kind {
    case streamStart
    case streamEnd
    case documentStart
    case documentEnd
    case alias
    case scalar(value: [UInt8], style: Style)
    case sequenceStart(isFlow: Bool)
    case sequenceEnd
    case mappingStart(isFlow: Bool)
    case mappingEnd
  }

  let kind: Kind
  /// The anchor that a node defines, or that an alias names.
  let anchor: String?
  /// The resolved tag; nil also for the non-specific `!`.
  let tag: String?
  /// Unicode scalars before the event (a byte-order mark is not counted).
  let scalarIndex: Int
}

/// Why libyaml refused a text, in its own words.
struct YAMLFailure: Error {
  let problem: String
  /// Unicode scalars before the problem.
  let scalarIndex: Int
  let context: String?
  /// Unicode scalars before the construct that the context speaks of.
  let contextIndex: Int?
}

/// libyaml's event parser over one text in memory.
// INVARIANT: `parser` is initialised in init and deleted once in deinit; `input` is owned, never
// changes and outlives the parser, which keeps a pointer into it. Each event is copied into Swift
// values and deleted before the call returns. The class is used by one thread at a time.
@safe final class YAMLParserHandle {
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let input: UnsafeMutableBufferPointer<UInt8>

  /// A parser over `bytes`, which must be UTF-8 without a byte-order mark; nil without memory.
  init?(_ bytes: some Collection<UInt8>) {
    unsafe input = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(1, bytes.count))
    _ = unsafe input.initialize(from: bytes)
    unsafe parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    guard unsafe yaml_parser_initialize(parser) == 1 else {
      unsafe parser.deallocate()
      unsafe input.deallocate()
      return nil
    }
    unsafe yaml_parser_set_input_string(parser, input.baseAddress, bytes.count)
    unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
  }

  deinit {
    unsafe yaml_parser_delete(parser)
    unsafe parser.deallocate()
    unsafe input.deallocate()
  }

  /// The next event; do not call again after the end of the stream or a failure.
  func next() throws(YAMLFailure) -> YAMLEvent {
    var event = unsafe yaml_event_t()
    guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw failure() }
    defer { unsafe yaml_event_delete(&event) }
    return unsafe copy(event)
  }

  private func failure() -> YAMLFailure {
    let context = unsafe parser.pointee.context.map { unsafe String(cString: $0) }
    return unsafe YAMLFailure(
      problem: parser.pointee.problem.map { unsafe String(cString: $0) } ?? "out of memory",
      scalarIndex: Int(parser.pointee.problem_mark.index),
      context: context,
      contextIndex: context == nil ? nil : Int(parser.pointee.context_mark.index)
    )
  }

  private func copy(_ event: yaml_event_t) -> YAMLEvent {
    var kind = YAMLEvent.Kind.streamEnd
    var anchor: UnsafeMutablePointer<yaml_char_t>?
    var tag: UnsafeMutablePointer<yaml_char_t>?
    switch unsafe event.type {
    case YAML_STREAM_START_EVENT: kind = .streamStart
    case YAML_DOCUMENT_START_EVENT: kind = .documentStart
    case YAML_DOCUMENT_END_EVENT: kind = .documentEnd
    case YAML_ALIAS_EVENT:
      kind = .alias
      unsafe anchor = event.data.alias.anchor
    case YAML_SCALAR_EVENT:
      let scalar = unsafe event.data.scalar
      let bytes = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
      kind = unsafe .scalar(value: Array(bytes), style: style(scalar.style))
      unsafe anchor = scalar.anchor
      unsafe tag = scalar.tag
    case YAML_SEQUENCE_START_EVENT:
      let start = unsafe event.data.sequence_start
      kind = unsafe .sequenceStart(isFlow: start.style == YAML_FLOW_SEQUENCE_STYLE)
      unsafe anchor = start.anchor
      unsafe tag = start.tag
    case YAML_MAPPING_START_EVENT:
      let start = unsafe event.data.mapping_start
      kind = unsafe .mappingStart(isFlow: start.style == YAML_FLOW_MAPPING_STYLE)
      unsafe anchor = start.anchor
      unsafe tag = start.tag
    case YAML_SEQUENCE_END_EVENT: kind = .sequenceEnd
    case YAML_MAPPING_END_EVENT: kind = .mappingEnd
    default: kind = .streamEnd
    }
    return unsafe YAMLEvent(
      kind: kind,
      anchor: anchor.map { unsafe String(decodingCString: $0, as: UTF8.self) },
      tag: tag.flatMap { unsafe resolvedTag(String(decodingCString: $0, as: UTF8.self)) },
      scalarIndex: Int(event.start_mark.index)
    )
  }

  /// The single `!` is no tag of its own: it only keeps a plain scalar from being resolved.
  private func resolvedTag(_ tag: String) -> String? { tag.sameScalars(as: "!") ? nil : tag }

  private func style(_ style: yaml_scalar_style_t) -> YAMLEvent.Style {
    switch style {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE: .singleQuoted
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .doubleQuoted
    case YAML_LITERAL_SCALAR_STYLE: .literal
    case YAML_FOLDED_SCALAR_STYLE: .folded
    default: .plain
    }
  }
}
