/// What each declared function means: `name | cost | meaning | example`, a line each.
///
/// A test evaluates the examples and compares the names with the declarations.
enum FunctionTexts {
  static let operators = """
    _+_ | made | adds numbers and durations, joins texts, bytes and lists | [1] + [2, 3]
    _-_ | one | subtracts; of two timestamps it gives a duration | 5 - 7
    _*_ | one | multiplies | 2.5 * 4.0
    _/_ | one | divides; ints lose their fraction, division by zero is an error | 7 / 2
    _%_ | one | the remainder, with the sign of the dividend | -7 % 3
    -_ | one | negates | -(2 + 3)
    !_ | one | not | !(1 > 2)
    _==_ | compared | equal, by contents; numbers of different kinds compare exactly | [1, 2] == \
    [1, 2]
    _<_ | compared | ordered; `<=`, `>`, `>=` take the same operands | 'a' < 'b'
    _in_ | elements | whether a list has the element or a map the key | 2 in [1, 2]
    _[_] | one | the element at an index, the value at a key; an error when there is none | [1, \
    2][0]
    _[?_] | one | the same as an optional, empty when there is none | {'a': 1}[?'b'].hasValue()
    _?_:_ | one | the first result when the condition holds, else the second | 1 < 2 ? 'yes' : 'no'
    """

  static let standard = """
    size | one | code points of a text, bytes, elements or entries | size('né')
    type | one | the type of a value | type(1) == int
    dyn | one | the value with its type hidden from the checker | dyn(1) == 1.0
    int | one | an int: of a double toward zero, of a text its digits, of a timestamp its \
    seconds | int('42')
    uint | one | an unsigned int | uint(7)
    double | one | a double | double('1.5')
    bool | one | a boolean from a text such as `true` or `0` | bool('true')
    string | text | a text: numbers, bytes as UTF-8, timestamps and durations in their formats | \
    string(1.5)
    bytes | text | the UTF-8 bytes of a text | bytes('é')
    timestamp | one | a point in time from RFC 3339 text or from seconds since 1970 | timestamp(0)
    duration | one | a span of time from text such as `1h30m` or from nanoseconds | duration('90s')
    contains | text | whether a text is part of another | 'signal'.contains('gna')
    startsWith | text | whether a text begins with another | 'signal'.startsWith('sig')
    endsWith | text | whether a text ends with another | 'signal'.endsWith('al')
    matches | pattern | whether an RE2 pattern matches a part of a text | \
    'a1'.matches('^[a-z][0-9]$')
    getFullYear | one | the year, in UTC or a time zone | \
    timestamp('2026-02-03T04:05:06Z').getFullYear()
    getMonth | one | the month from 0 | timestamp('2026-02-03T04:05:06Z').getMonth()
    getDayOfYear | one | the day of the year from 0 | \
    timestamp('2026-02-03T04:05:06Z').getDayOfYear()
    getDayOfMonth | one | the day of the month from 0 | \
    timestamp('2026-02-03T04:05:06Z').getDayOfMonth()
    getDate | one | the day of the month from 1 | timestamp('2026-02-03T04:05:06Z').getDate()
    getDayOfWeek | one | the day of the week, Sunday is 0 | \
    timestamp('2026-02-03T04:05:06Z').getDayOfWeek()
    getHours | one | hours of the day, or of a duration | \
    timestamp('2026-02-03T04:05:06Z').getHours('+02:00')
    getMinutes | one | minutes of the hour, or of a duration | duration('1h30m').getMinutes()
    getSeconds | one | seconds of the minute, or of a duration | duration('2m').getSeconds()
    getMilliseconds | one | milliseconds of the second | duration('1.25s').getMilliseconds()
    """

  static let extensions = """
    charAt | text | the character at an index | 'signal'.charAt(2)
    indexOf | text | where a part first stands, from an offset; -1 when nowhere | \
    'signal'.indexOf('n')
    lastIndexOf | text | where a part last stands; -1 when nowhere | 'banana'.lastIndexOf('a')
    join | made | one text of a list of texts, with a separator between | ['a', 'b'].join('-')
    strings.quote | text | a text in double quotes, escaped | strings.quote('a"b')
    replace | text | a text with parts replaced, at most so many | 'banana'.replace('a', 'o', 2)
    split | text | the parts of a text between separators, at most so many | 'a,b,c'.split(',')
    substring | text | characters from a start up to an end | 'signal'.substring(1, 4)
    trim | text | without white space at both ends | ' a '.trim()
    reverse | made | a text or list backwards | [1, 2, 3].reverse()
    lowerAscii | text | with ASCII letters in lower case | 'ABC'.lowerAscii()
    upperAscii | text | with ASCII letters in upper case | 'abc'.upperAscii()
    format | made | a text with `%s %d %f %e %b %x %o` filled in from a list | '%s is \
    %.1f'.format(['x', 1.25])
    math.ceil | one | rounded up | math.ceil(1.2)
    math.floor | one | rounded down | math.floor(-1.2)
    math.round | one | rounded, halves away from zero | math.round(2.5)
    math.trunc | one | rounded toward zero | math.trunc(-1.7)
    math.abs | one | without sign | math.abs(-3)
    math.sign | one | -1, 0 or 1 | math.sign(-2.5)
    math.isNaN | one | whether a double is no number | math.isNaN(0.0 / 0.0)
    math.isInf | one | whether a double is infinite | math.isInf(1.0 / 0.0)
    math.isFinite | one | whether a double is neither | math.isFinite(1.5)
    math.bitAnd | one | bits set in both | math.bitAnd(6, 3)
    math.bitOr | one | bits set in either | math.bitOr(6, 3)
    math.bitXor | one | bits set in one only | math.bitXor(6, 3)
    math.bitNot | one | all bits turned | math.bitNot(0)
    math.bitShiftLeft | one | bits moved up | math.bitShiftLeft(1, 4)
    math.bitShiftRight | one | bits moved down, zeros from above | math.bitShiftRight(16, 2)
    math.sqrt | one | the square root | math.sqrt(2.25)
    math.greatest | elements | the greatest of its arguments or of a list | math.greatest(1, 3, 2)
    math.least | elements | the least of its arguments or of a list | math.least([4, 2])
    slice | made | elements from a start up to an end | [1, 2, 3].slice(1, 3)
    flatten | made | a list with inner lists opened, so many levels deep | [[1], [2, \
    [3]]].flatten(2)
    distinct | pairs | each element once, in order of appearance | [1, 2, 1].distinct()
    sort | sorted | in ascending order | [3, 1, 2].sort()
    first | one | the first element as an optional | [1, 2].first().value()
    last | one | the last element as an optional | [1, 2].last().value()
    lists.range | made | the ints from 0 up to a number | lists.range(3)
    sets.contains | pairs | whether a list has all elements of another | sets.contains([1, 2], [2])
    sets.equivalent | pairs | whether lists have the same elements | sets.equivalent([1, 2], [2, \
    1, 1])
    sets.intersects | pairs | whether lists share an element | sets.intersects([1], [2, 1])
    base64.encode | text | bytes as Base64 text | base64.encode(b'hi')
    base64.decode | text | the bytes of Base64 text | base64.decode('aGk=')
    optional.of | one | an optional that holds a value | optional.of(1)
    optional.none | one | the empty optional | optional.none()
    optional.ofNonZeroValue | one | an optional, empty for `0`, `''`, `[]`, `null` and the like \
    | optional.ofNonZeroValue('')
    optional.unwrap | made | the values that a list of optionals holds | \
    optional.unwrap([optional.of(1), optional.none()])
    unwrapOpt | made | the same, called on the list | [optional.of(1), optional.none()].unwrapOpt()
    hasValue | one | whether an optional holds a value | optional.of(1).hasValue()
    value | one | the value of an optional; an error when empty | optional.of(1).value()
    or | one | the first optional that holds a value | optional.none().or(optional.of(2))
    orValue | one | the value of an optional, else another | {'a': 1}.?b.orValue(0)
    regex.replace | pattern | a text with matches replaced, `\\1` for groups | \
    regex.replace('a1b2', '[0-9]', '#')
    regex.extract | pattern | the first match, or its one group, as an optional | \
    regex.extract('id-42', '([0-9]+)').value()
    regex.extractAll | pattern | all matches, or their one group | regex.extractAll('a1b2', '[0-9]')
    ip | one | an IP address from text; of a CIDR its address | ip('10.0.0.1')
    isIP | one | whether a text is an IP address | isIP('10.0.0.256')
    cidr | one | a network from text | cidr('10.0.0.0/8')
    isCIDR | one | whether a text is a network | isCIDR('10.0.0.0/8')
    ip.isCanonical | one | whether a text is an address in canonical form | ip.isCanonical('::1')
    family | one | 4 or 6 | ip('::1').family()
    isUnspecified | one | whether it is `0.0.0.0` or `::` | ip('0.0.0.0').isUnspecified()
    isLoopback | one | whether it is a loopback address | ip('127.0.0.1').isLoopback()
    isGlobalUnicast | one | whether it is a global unicast address | ip('8.8.8.8').isGlobalUnicast()
    isLinkLocalMulticast | one | whether it is a link-local multicast address | \
    ip('224.0.0.1').isLinkLocalMulticast()
    isLinkLocalUnicast | one | whether it is a link-local unicast address | \
    ip('169.254.1.1').isLinkLocalUnicast()
    containsIP | one | whether a network holds an address | \
    cidr('10.0.0.0/8').containsIP('10.1.2.3')
    containsCIDR | one | whether a network holds another | \
    cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16')
    masked | one | a network with its host bits cleared | cidr('10.1.2.3/8').masked()
    prefixLength | one | the bits of the network's prefix | cidr('10.0.0.0/8').prefixLength()
    """

  static let flow = """
    default | one | the first value, or the second where the first is missing, null or empty | \
    default(input.other, 'none')
    join | made | one text of a list of any values, with a separator between | join([1, 'a'], '-')
    sum | elements | the sum of a list of numbers | sum([1, 2, 3])
    avg | elements | the mean of a list of numbers | avg([1, 2])
    min | elements | the least of its arguments or of a list | min([3, 1, 2])
    max | elements | the greatest of its arguments or of a list | max(3, 1)
    flatten | made | a list with inner lists opened | flatten([[1], [2, 3]])
    length | one | the same as `size` | length(input.tags)
    slice | made | elements or characters from a start up to an end | slice('signal', 1, 4)
    toJson | made | a value as JSON text | toJson({'a': [1, null]})
    validateSchema | elements | the value, when the flow's schema of that name accepts it | \
    validateSchema(input, 'person').name
    keys | made | the keys of a map in order | keys({'a': 1, 'b': 2})
    values | made | the values of a map in order | values({'a': 1, 'b': 2})
    upperAscii | text | with ASCII letters in upper case | upperAscii('abc')
    lowerAscii | text | with ASCII letters in lower case | lowerAscii('ABC')
    trim | text | without white space at both ends | trim(' a ')
    distinct | pairs | each element once | distinct([1, 2, 1])
    sort | sorted | in ascending order | sort([3, 1, 2])
    reverse | made | a text or list backwards | reverse('abc')
    first | one | the first element as an optional | first(input.tags).value()
    last | one | the last element as an optional | last(input.tags).value()
    round | one | the nearest int, halves away from zero | round(2.5)
    jsonpath | elements | the values that a JSONPath query selects in a value, or in the flow | \
    jsonpath(input, '$.tags[*]')
    jsonpath_one | elements | the first of them as an optional | \
    jsonpath_one('$.input.name').value()
    jsonpath_exists | elements | whether it selects any; a guard that starts with `$` asks the \
    same | \
    jsonpath_exists('$.input.tags[?@ == "b"]')
    now | one | the journaled time of the run, never the clock | now()
    """

  static let macros = """
    has(x.field) | one | whether a field is there, or set in a message | has(input.name)
    list.all(x, condition) | loop | whether the condition holds for every element; `all(i, x, \
    …)` names the position | [1, 2].all(x, x > 0)
    list.exists(x, condition) | loop | whether it holds for some element | input.tags.exists(t, \
    t == 'b')
    list.exists_one(x, condition) | loop | whether it holds for exactly one; also `existsOne` | \
    [1, 2].exists_one(x, x > 1)
    list.filter(x, condition) | loop | the elements for which it holds | [1, 2, 3].filter(x, x > 1)
    list.map(x, result) | loop | a result for each element; `map(x, condition, result)` filters \
    first | [1, 2].map(x, x * 2)
    list.transformList(i, x, result) | loop | a list, with the position or key at hand | \
    ['a'].transformList(i, x, x + string(i))
    map.transformMap(k, v, result) | loop | a map with the same keys | {'a': 1}.transformMap(k, \
    v, v + 1)
    map.transformMapEntry(k, v, entry) | loop | a map of new entries | {'a': \
    1}.transformMapEntry(k, v, {v: k})
    list.sortBy(x, key) | sorted | the elements in order of their keys | ['bb', 'a'].sortBy(x, \
    size(x))
    cel.bind(x, value, result) | one | the result with a name for a value, which is computed \
    once | cel.bind(x, 2 + 3, x * x)
    optional.optMap(x, result) | one | an optional of the result, when there is a value | \
    optional.of(2).optMap(x, x * 2)
    optional.optFlatMap(x, result) | one | the result, itself an optional, when there is a value \
    | optional.of({'a': 1}).optFlatMap(x, x.?b)
    """
}
