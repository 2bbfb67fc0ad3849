/// The declared functions, one overload per line; a receiver stands in brackets.
///
/// Upper-case single letters are type parameters: `O` any type that has an order, `S` one that can
/// be summed, `N` a number, others any type.
enum Signatures {
  static let standard = """
    _+_(int, int) int
    _+_(uint, uint) uint
    _+_(double, double) double
    _+_(string, string) string
    _+_(bytes, bytes) bytes
    _+_(list(A), list(A)) list(A)
    _+_(timestamp, duration) timestamp
    _+_(duration, timestamp) timestamp
    _+_(duration, duration) duration
    _-_(int, int) int
    _-_(uint, uint) uint
    _-_(double, double) double
    _-_(timestamp, timestamp) duration
    _-_(timestamp, duration) timestamp
    _-_(duration, duration) duration
    _*_(int, int) int
    _*_(uint, uint) uint
    _*_(double, double) double
    _/_(int, int) int
    _/_(uint, uint) uint
    _/_(double, double) double
    _%_(int, int) int
    _%_(uint, uint) uint
    -_(int) int
    -_(double) double
    !_(bool) bool
    _==_(A, A) bool
    _<_(bool, bool) bool
    _<_(int, int) bool
    _<_(uint, uint) bool
    _<_(double, double) bool
    _<_(string, string) bool
    _<_(bytes, bytes) bool
    _<_(timestamp, timestamp) bool
    _<_(duration, duration) bool
    _in_(A, list(A)) bool
    _in_(A, map(A, B)) bool
    _[_](list(A), int) A
    _[_](map(A, B), A) B
    _[_](optional(list(A)), int) optional(A)
    _[_](optional(map(A, B)), A) optional(B)
    _[?_](list(A), int) optional(A)
    _[?_](map(A, B), A) optional(B)
    _[?_](optional(list(A)), int) optional(A)
    _[?_](optional(map(A, B)), A) optional(B)
    _?_:_(bool, A, A) A
    size(string) int
    size(bytes) int
    size(list(A)) int
    size(map(A, B)) int
    [string].size() int
    [bytes].size() int
    [list(A)].size() int
    [map(A, B)].size() int
    type(A) type(A)
    dyn(A) dyn
    int(int) int
    int(uint) int
    int(double) int
    int(string) int
    int(timestamp) int
    int(duration) int
    uint(uint) uint
    uint(int) uint
    uint(double) uint
    uint(string) uint
    double(double) double
    double(int) double
    double(uint) double
    double(string) double
    bool(bool) bool
    bool(string) bool
    string(string) string
    string(bool) string
    string(int) string
    string(uint) string
    string(double) string
    string(bytes) string
    string(timestamp) string
    string(duration) string
    bytes(bytes) bytes
    bytes(string) bytes
    timestamp(timestamp) timestamp
    timestamp(string) timestamp
    timestamp(int) timestamp
    duration(duration) duration
    duration(string) duration
    duration(int) duration
    [string].contains(string) bool
    [string].startsWith(string) bool
    [string].endsWith(string) bool
    [string].matches(string) bool
    matches(string, string) bool
    [timestamp].getFullYear() int
    [timestamp].getFullYear(string) int
    [timestamp].getMonth() int
    [timestamp].getMonth(string) int
    [timestamp].getDayOfYear() int
    [timestamp].getDayOfYear(string) int
    [timestamp].getDayOfMonth() int
    [timestamp].getDayOfMonth(string) int
    [timestamp].getDate() int
    [timestamp].getDate(string) int
    [timestamp].getDayOfWeek() int
    [timestamp].getDayOfWeek(string) int
    [timestamp].getHours() int
    [timestamp].getHours(string) int
    [timestamp].getMinutes() int
    [timestamp].getMinutes(string) int
    [timestamp].getSeconds() int
    [timestamp].getSeconds(string) int
    [timestamp].getMilliseconds() int
    [timestamp].getMilliseconds(string) int
    [duration].getHours() int
    [duration].getMinutes() int
    [duration].getSeconds() int
    [duration].getMilliseconds() int
    """

  static let extensions = """
    [string].charAt(int) string
    [string].indexOf(string) int
    [string].indexOf(string, int) int
    [string].lastIndexOf(string) int
    [string].lastIndexOf(string, int) int
    [list(string)].join() string
    [list(string)].join(string) string
    strings.quote(string) string
    [string].replace(string, string) string
    [string].replace(string, string, int) string
    [string].split(string) list(string)
    [string].split(string, int) list(string)
    [string].substring(int) string
    [string].substring(int, int) string
    [string].trim() string
    [string].reverse() string
    [string].lowerAscii() string
    [string].upperAscii() string
    [string].format(list(dyn)) string
    math.ceil(double) double
    math.floor(double) double
    math.round(double) double
    math.trunc(double) double
    math.abs(int) int
    math.abs(uint) uint
    math.abs(double) double
    math.sign(int) int
    math.sign(uint) uint
    math.sign(double) double
    math.isNaN(double) bool
    math.isInf(double) bool
    math.isFinite(double) bool
    math.bitAnd(int, int) int
    math.bitAnd(uint, uint) uint
    math.bitOr(int, int) int
    math.bitOr(uint, uint) uint
    math.bitXor(int, int) int
    math.bitXor(uint, uint) uint
    math.bitNot(int) int
    math.bitNot(uint) uint
    math.bitShiftLeft(int, int) int
    math.bitShiftLeft(uint, int) uint
    math.bitShiftRight(int, int) int
    math.bitShiftRight(uint, int) uint
    math.sqrt(int) double
    math.sqrt(uint) double
    math.sqrt(double) double
    [list(A)].slice(int, int) list(A)
    [list(list(A))].flatten() list(A)
    [list(dyn)].flatten() list(dyn)
    [list(dyn)].flatten(int) list(dyn)
    [list(A)].distinct() list(A)
    [list(O)].sort() list(O)
    [list(A)].reverse() list(A)
    [list(A)].first() optional(A)
    [list(A)].last() optional(A)
    lists.range(int) list(int)
    sets.contains(list(A), list(A)) bool
    sets.equivalent(list(A), list(A)) bool
    sets.intersects(list(A), list(A)) bool
    base64.encode(bytes) string
    base64.decode(string) bytes
    optional.of(A) optional(A)
    optional.none() optional(A)
    optional.ofNonZeroValue(A) optional(A)
    optional.unwrap(list(optional(A))) list(A)
    [list(optional(A))].unwrapOpt() list(A)
    [optional(A)].hasValue() bool
    [optional(A)].value() A
    [optional(A)].or(optional(A)) optional(A)
    [optional(A)].orValue(A) A
    regex.replace(string, string, string) string
    regex.replace(string, string, string, int) string
    regex.extract(string, string) optional(string)
    regex.extractAll(string, string) list(string)
    ip(string) net.IP
    isIP(string) bool
    cidr(string) net.CIDR
    isCIDR(string) bool
    ip.isCanonical(string) bool
    string(net.IP) string
    string(net.CIDR) string
    [net.IP].family() int
    [net.IP].isUnspecified() bool
    [net.IP].isLoopback() bool
    [net.IP].isGlobalUnicast() bool
    [net.IP].isLinkLocalMulticast() bool
    [net.IP].isLinkLocalUnicast() bool
    [net.CIDR].containsIP(net.IP) bool
    [net.CIDR].containsIP(string) bool
    [net.CIDR].containsCIDR(net.CIDR) bool
    [net.CIDR].containsCIDR(string) bool
    [net.CIDR].ip() net.IP
    [net.CIDR].masked() net.CIDR
    [net.CIDR].prefixLength() int
    """

  /// What flows add.
  static let flow = """
    default(optional(A), A) A
    default(A, A) A
    join(list(A)) string
    join(list(A), string) string
    [list(A)].join() string
    [list(A)].join(string) string
    sum(list(S)) S
    avg(list(N)) double
    min(list(O)) O
    min(O, O) O
    max(list(O)) O
    max(O, O) O
    flatten(list(dyn)) list(dyn)
    flatten(list(dyn), int) list(dyn)
    length(string) int
    length(bytes) int
    length(list(A)) int
    length(map(A, B)) int
    slice(string, int, int) string
    slice(list(A), int, int) list(A)
    [string].slice(int, int) string
    toJson(A) string
    fromJson(string) dyn
    validateSchema(A, string) A
    keys(map(A, B)) list(A)
    values(map(A, B)) list(B)
    upperAscii(string) string
    lowerAscii(string) string
    trim(string) string
    distinct(list(A)) list(A)
    sort(list(O)) list(O)
    reverse(list(A)) list(A)
    reverse(string) string
    first(list(A)) optional(A)
    last(list(A)) optional(A)
    round(double) int
    round(int) int
    jsonpath(string) list(dyn)
    jsonpath(dyn, string) list(dyn)
    jsonpath_one(string) optional(dyn)
    jsonpath_one(dyn, string) optional(dyn)
    jsonpath_exists(string) bool
    jsonpath_exists(dyn, string) bool
    """

  /// Functions with any number of arguments, and the type of their result given their arguments.
  static let variadic: Set<String> = ["math.greatest", "math.least"]
}

/// One overload of a function.
struct Overload {
  var parameters: [ExpressionType]
  var result: ExpressionType
  var isMember: Bool
  /// Whether `parameters` hold type parameters, which each use renames.
  var isGeneric: Bool
  /// As written, for hints.
  var text: String
}

/// Overloads by name.
struct Declarations {
  private(set) var overloads: [String: [Overload]] = [:]

  static let cel = Declarations([Signatures.standard, Signatures.extensions])
  static let flow = Declarations([Signatures.standard, Signatures.extensions, Signatures.flow])

  private init(_ texts: [String]) {
    for text in texts {
      for line in text.split(separator: "\n") { declare(String(line)) }
    }
  }

  func named(_ name: String) -> [Overload] { overloads[name] ?? [] }

  private mutating func declare(_ line: String) {
    var reader = SignatureReader(line)
    let (name, overload) = reader.overload()
    overloads[name, default: []].append(overload)
  }
}

/// Reads one line of `Signatures`.
private struct SignatureReader {
  private let bytes: [UInt8]
  private let line: String
  private var offset = 0
  private var isGeneric = false

  init(_ line: String) {
    self.line = line
    bytes = Array(line.utf8)
  }

  mutating func overload() -> (String, Overload) {
    var parameters: [ExpressionType] = []
    var isMember = false
    if bytes.first == 0x5B {
      isMember = true
      offset = 1
      parameters.append(type())
      offset += 2
    }
    let start = offset
    while bytes[offset] != 0x28 { offset += 1 }
    let name = String(decoding: bytes[start..<offset], as: UTF8.self)
    offset += 1
    parameters += arguments()
    offset += 1
    let result = type()
    return (
      name,
      Overload(
        parameters: parameters,
        result: result,
        isMember: isMember,
        isGeneric: isGeneric,
        text: line
      )
    )
  }

  /// Types up to and including the closing parenthesis.
  private mutating func arguments() -> [ExpressionType] {
    var result: [ExpressionType] = []
    while bytes[offset] != 0x29 {
      if bytes[offset] == 0x2C || bytes[offset] == 0x20 {
        offset += 1
      } else {
        result.append(type())
      }
    }
    offset += 1
    return result
  }

  private mutating func type() -> ExpressionType {
    let start = offset
    while offset < bytes.count, Lexer.isLetter(bytes[offset]) || bytes[offset] == 0x2E,
      !(bytes[offset] == 0x5D)
    {
      offset += 1
    }
    let name = String(decoding: bytes[start..<offset], as: UTF8.self)
    var parameters: [ExpressionType] = []
    if offset < bytes.count, bytes[offset] == 0x28 {
      offset += 1
      parameters = arguments()
    }
    switch name {
    case "list": return .list(parameters[0])
    case "map": return .map(parameters[0], parameters[1])
    case "optional": return .optional(parameters[0])
    case "type": return .type(parameters[0])
    case "net.IP", "net.CIDR": return .abstract(name, [])
    default:
      if let simple = ExpressionType.simple[name] { return simple }
      isGeneric = true
      return .parameter(name)
    }
  }
}

extension ExpressionType {
  fileprivate static let simple: [String: ExpressionType] = [
    "dyn": .dyn, "null": .null, "bool": .bool, "int": .int, "uint": .uint, "double": .double,
    "string": .string, "bytes": .bytes, "timestamp": .timestamp, "duration": .duration,
  ]
}
