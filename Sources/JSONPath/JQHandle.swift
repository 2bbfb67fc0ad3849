import CJQ
import Values

/// A tree of the engine's own values.
// INVARIANT: `root` is owned by this object and freed exactly once, in deinit. The engine counts
// references without locks, so a tree, and all that shares parts of it, stays with one thread at
// a time: the class is not Sendable, and a state keeps no part of a tree after a run.
@safe final class JQTree {
  fileprivate let root: jv

  /// The tree for a value; numbers of `standIns` are replaced.
  ///
  /// The caller has bounded the depth.
  init(_ value: Value, standIns: [WideNumber: Double] = [:]) {
    unsafe root = JQBuilder(standIns: standIns).tree(value)
  }

  /// A list of objects to look texts up in.
  init(_ tables: [MatchTable]) {
    var list = unsafe jv_array()
    for table in tables {
      var object = unsafe jv_object()
      switch table {
      case .texts(let texts): unsafe object = JQBuilder.set(texts)
      case .patterns(let rows):
        for row in rows {
          let key = unsafe JQBuilder.text(row.pattern)
          unsafe object = jv_object_set(object, key, JQBuilder.set(row.texts))
        }
      }
      unsafe list = jv_array_append(list, object)
    }
    unsafe root = list
  }

  deinit { unsafe jv_free(root) }
}

/// Builds trees.
private struct JQBuilder {
  let standIns: [WideNumber: Double]

  func tree(_ value: Value) -> jv {
    switch value.asJSON {
    case .bool(let bool): return unsafe bool ? jv_true() : jv_false()
    case .int(let int): return unsafe number(Double(int), value)
    case .uint(let uint): return unsafe number(Double(uint), value)
    case .double(let double): return unsafe number(double, value)
    case .string(let text): return unsafe Self.text(text)
    case .list(let list):
      var array = unsafe jv_array_sized(Int32(clamping: max(list.count, 1)))
      for element in list { unsafe array = jv_array_append(array, tree(element)) }
      return unsafe array
    case .map(let map):
      var object = unsafe jv_object()
      for entry in map.entries {
        unsafe object = jv_object_set(object, Self.text(entry.key.text), tree(entry.value))
      }
      return unsafe object
    default: return unsafe jv_null()
    }
  }

  private func number(_ double: Double, _ value: Value) -> jv {
    if standIns.isEmpty { return unsafe jv_number(double) }
    let wide = WideNumber(value.asJSON)
    return unsafe jv_number(wide.flatMap { standIns[$0] } ?? double)
  }

  static func text(_ text: String) -> jv {
    var text = text
    return text.withUTF8 { utf8 in
      guard let start = utf8.baseAddress else { return unsafe jv_string_empty(0) }
      return unsafe start.withMemoryRebound(to: CChar.self, capacity: utf8.count) { characters in
        unsafe jv_string_sized(characters, Int32(clamping: utf8.count))
      }
    }
  }

  static func set(_ texts: [String]) -> jv {
    var object = unsafe jv_object()
    for text in texts { unsafe object = jv_object_set(object, Self.text(text), jv_true()) }
    return unsafe object
  }
}

/// What the engine says while it compiles.
private final class JQMessages {
  var text = ""
}

/// One compiled program.
// INVARIANT: the state is used by one thread at a time (`QueryBundle` lends it to one caller) and
// freed exactly once, in deinit; after each run it is started anew on null, so that it holds no
// part of a caller's tree. The message callback runs only inside `jq_compile_args` and `jq_next`,
// while `messages` lives.
@safe final class JQState: @unchecked Sendable {
  private var state: OpaquePointer?
  private let messages = JQMessages()

  /// Compiles `program` with `$p0`, `$p1`, … bound to `parameters`, and runs its self-test.
  ///
  /// Takes about 20 ms, as the engine reads its own library each time.
  init(program: String, parameters: [Value]) throws(QueryError) {
    if let path = JQEnvironment.startupFile { throw .startupFile(path) }
    unsafe state = jq_init()
    guard unsafe state != nil else { throw .engine("no memory") }
    unsafe jq_set_error_cb(
      state,
      { context, message in
        let words = unsafe JQState.words(jq_format_error(message))
        guard let context = unsafe context else { return }
        let messages = unsafe Unmanaged<JQMessages>.fromOpaque(context).takeUnretainedValue()
        if messages.text.isEmpty { messages.text = words }
      },
      Unmanaged.passUnretained(messages).toOpaque()
    )
    var bindings = unsafe jv_object()
    for (index, value) in parameters.enumerated() {
      let key = unsafe JQBuilder.text("p\(index)")
      unsafe bindings = jv_object_set(bindings, key, JQBuilder(standIns: [:]).tree(value))
    }
    guard unsafe jq_compile_args(state, program, bindings) != 0 else {
      throw .engine(messages.text)
    }
    try check()
  }

  deinit { unsafe jq_teardown(&state) }

  private func check() throws(QueryError) {
    var answers: [NormalizedPath] = []
    try run(
      query: -1,
      on: JQTree(QueryTranslation.probeDocument),
      tables: JQTree(.list([])),
      standIns: JQTree(.list([])),
      limit: 1
    ) { answers.append($0) }
    guard answers == [NormalizedPath(QueryTranslation.probeAnswer)] else {
      throw .engine("its self-test fails; libjq 1.6 of Debian 12 is needed")
    }
  }

  /// Runs query `query` and hands the paths of its first `limit` nodes to `receive`.
  ///
  /// Always to the end: libjq 1.6 aborts the process when a run is left inside `path(…)`.
  func run(
    query: Int,
    on document: JQTree,
    tables: JQTree,
    standIns: JQTree,
    limit: Int,
    _ receive: (NormalizedPath) -> Void
  ) throws(QueryError) {
    var input = unsafe jv_array_sized(5)
    unsafe input = jv_array_append(input, jv_number(Double(query)))
    unsafe input = jv_array_append(input, jv_copy(document.root))
    unsafe input = jv_array_append(input, jv_copy(tables.root))
    unsafe input = jv_array_append(input, jv_copy(standIns.root))
    unsafe input = jv_array_append(input, jv_number(Double(limit)))
    unsafe jq_start(state, input, 0)
    defer { unsafe jq_start(state, jv_null(), 0) }
    while true {
      let output = unsafe jq_next(state)
      if unsafe jv_get_kind(output) == JV_KIND_INVALID {
        guard unsafe jv_invalid_has_msg(jv_copy(output)) != 0 else {
          unsafe jv_free(output)
          return
        }
        throw .engine(unsafe Self.words(jv_invalid_get_msg(output)))
      }
      receive(unsafe Self.path(output))
    }
  }

  /// A list of texts and numbers as a path; consumes it.
  private static func path(_ list: jv) -> NormalizedPath {
    defer { unsafe jv_free(list) }
    guard unsafe jv_get_kind(list) == JV_KIND_ARRAY else { return NormalizedPath() }
    let count = unsafe jv_array_length(jv_copy(list))
    var elements: [NormalizedPath.Element] = []
    elements.reserveCapacity(Int(count))
    for index in 0..<count {
      let element = unsafe jv_array_get(jv_copy(list), index)
      if unsafe jv_get_kind(element) == JV_KIND_NUMBER {
        elements.append(.index(Int(exactly: unsafe jv_number_value(element)) ?? -1))
        unsafe jv_free(element)
      } else {
        elements.append(.name(unsafe words(element)))
      }
    }
    return NormalizedPath(elements)
  }

  /// The text of a string; consumes it.
  private static func words(_ text: jv) -> String {
    defer { unsafe jv_free(text) }
    guard unsafe jv_get_kind(text) == JV_KIND_STRING else { return "" }
    let count = unsafe jv_string_length_bytes(jv_copy(text))
    guard let start = unsafe jv_string_value(text) else { return "" }
    return unsafe String(
      decoding: UnsafeRawBufferPointer(start: start, count: Int(count)),
      as: UTF8.self
    )
  }
}
