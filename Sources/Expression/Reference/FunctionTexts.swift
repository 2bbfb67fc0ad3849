/// What each declared function means: `name | meaning | example`, a line each.
///
/// A test evaluates the examples and compares the names with the declarations.
enum FunctionTexts {
  static let operators = """
    _+_ | adds numbers and durations, joins texts, bytes and lists | [1] + [2, 3]
    _-_ | subtracts; of two timestamps it gives a duration | 5 - 7
    _*_ | multiplies | 2.5 * 4.0
    _/_ | divides; ints lose their fraction, division by zero is an error | 7 / 2
    _%_ | the remainder, with the sign of the dividend | -7 % 3
    -_ | negates | -(2 + 3)
    !_ | not | !(1 > 2)
    _==_ | equal, by contents; numbers of different kinds compare exactly | [1, 2] == \
    [1, 2]
    _<_ | ordered; `<=`, `>`, `>=` take the same operands | 'a' < 'b'
    _in_ | whether a list has the element or a map the key | 2 in [1, 2]
    _[_] | the element at an index, the value at a key; an error when there is none | [1, \
    2][0]
    _[?_] | the same as an optional, empty when there is none | {'a': 1}[?'b'].hasValue()
    _?_:_ | the first result when the condition holds, else the second | 1 < 2 ? 'yes' : 'no'
    """

  static let standard = """
    size | code points of a text, bytes, elements or entries | size('né')
    type | the type of a value | type(1) == int
    dyn | the value with its type hidden from the checker | dyn(1) == 1.0
    int | an int: of a double toward zero, of a text its digits, of a timestamp its \
    seconds | int('42')
    uint | an unsigned int | uint(7)
    double | a double | double('1.5')
    bool | a boolean from a text such as `true` or `0` | bool('true')
    string | a text: numbers, bytes as UTF-8, timestamps and durations in their formats | \
    string(1.5)
    bytes | the UTF-8 bytes of a text | bytes('é')
    timestamp | a point in time from RFC 3339 text or from seconds since 1970 | timestamp(0)
    duration | a span of time from text such as `1h30m` or from nanoseconds | duration('90s')
    contains | whether a text is part of another | 'signal'.contains('gna')
    startsWith | whether a text begins with another | 'signal'.startsWith('sig')
    endsWith | whether a text ends with another | 'signal'.endsWith('al')
    matches | whether an RE2 pattern matches a part of a text | \
    'a1'.matches('^[a-z][0-9]$')
    getFullYear | the year, in UTC or a time zone | \
    timestamp('2026-02-03T04:05:06Z').getFullYear()
    getMonth | the month from 0 | timestamp('2026-02-03T04:05:06Z').getMonth()
    getDayOfYear | the day of the year from 0 | \
    timestamp('2026-02-03T04:05:06Z').getDayOfYear()
    getDayOfMonth | the day of the month from 0 | \
    timestamp('2026-02-03T04:05:06Z').getDayOfMonth()
    getDate | the day of the month from 1 | timestamp('2026-02-03T04:05:06Z').getDate()
    getDayOfWeek | the day of the week, Sunday is 0 | \
    timestamp('2026-02-03T04:05:06Z').getDayOfWeek()
    getHours | hours of the day, or of a duration | \
    timestamp('2026-02-03T04:05:06Z').getHours('+02:00')
    getMinutes | minutes of the hour, or of a duration | duration('1h30m').getMinutes()
    getSeconds | seconds of the minute, or of a duration | duration('2m').getSeconds()
    getMilliseconds | milliseconds of the second | duration('1.25s').getMilliseconds()
    """

  static let extensions = """
    charAt | the character at an index | 'signal'.charAt(2)
    indexOf | where a part first stands, from an offset; -1 when nowhere | \
    'signal'.indexOf('n')
    lastIndexOf | where a part last stands; -1 when nowhere | 'banana'.lastIndexOf('a')
    join | one text of a list of texts, with a separator between | ['a', 'b'].join('-')
    strings.quote | a text in double quotes, escaped | strings.quote('a"b')
    replace | a text with parts replaced, at most so many | 'banana'.replace('a', 'o', 2)
    split | the parts of a text between separators, at most so many | 'a,b,c'.split(',')
    substring | characters from a start up to an end | 'signal'.substring(1, 4)
    trim | without white space at both ends | ' a '.trim()
    reverse | a text or list backwards | [1, 2, 3].reverse()
    lowerAscii | with ASCII letters in lower case | 'ABC'.lowerAscii()
    upperAscii | with ASCII letters in upper case | 'abc'.upperAscii()
    format | a text with `%s %d %f %e %b %x %o` filled in from a list | '%s is \
    %.1f'.format(['x', 1.25])
    math.ceil | rounded up | math.ceil(1.2)
    math.floor | rounded down | math.floor(-1.2)
    math.round | rounded, halves away from zero | math.round(2.5)
    math.trunc | rounded toward zero | math.trunc(-1.7)
    math.abs | without sign | math.abs(-3)
    math.sign | -1, 0 or 1 | math.sign(-2.5)
    math.isNaN | whether a double is no number | math.isNaN(0.0 / 0.0)
    math.isInf | whether a double is infinite | math.isInf(1.0 / 0.0)
    math.isFinite | whether a double is neither | math.isFinite(1.5)
    math.bitAnd | bits set in both | math.bitAnd(6, 3)
    math.bitOr | bits set in either | math.bitOr(6, 3)
    math.bitXor | bits set in one only | math.bitXor(6, 3)
    math.bitNot | all bits turned | math.bitNot(0)
    math.bitShiftLeft | bits moved up | math.bitShiftLeft(1, 4)
    math.bitShiftRight | bits moved down, zeros from above | math.bitShiftRight(16, 2)
    math.sqrt | the square root | math.sqrt(2.25)
    math.greatest | the greatest of its arguments or of a list | math.greatest(1, 3, 2)
    math.least | the least of its arguments or of a list | math.least([4, 2])
    slice | elements from a start up to an end | [1, 2, 3].slice(1, 3)
    flatten | a list with inner lists opened, so many levels deep | [[1], [2, \
    [3]]].flatten(2)
    distinct | each element once, in order of appearance | [1, 2, 1].distinct()
    sort | in ascending order | [3, 1, 2].sort()
    first | the first element as an optional | [1, 2].first().value()
    last | the last element as an optional | [1, 2].last().value()
    lists.range | the ints from 0 up to a number | lists.range(3)
    sets.contains | whether a list has all elements of another | sets.contains([1, 2], [2])
    sets.equivalent | whether lists have the same elements | sets.equivalent([1, 2], [2, \
    1, 1])
    sets.intersects | whether lists share an element | sets.intersects([1], [2, 1])
    base64.encode | bytes as Base64 text | base64.encode(b'hi')
    base64.decode | the bytes of Base64 text | base64.decode('aGk=')
    optional.of | an optional that holds a value | optional.of(1)
    optional.none | the empty optional | optional.none()
    optional.ofNonZeroValue | an optional, empty for `0`, `''`, `[]`, `null` and the like \
    | optional.ofNonZeroValue('')
    optional.unwrap | the values that a list of optionals holds | \
    optional.unwrap([optional.of(1), optional.none()])
    unwrapOpt | the same, called on the list | [optional.of(1), optional.none()].unwrapOpt()
    hasValue | whether an optional holds a value | optional.of(1).hasValue()
    value | the value of an optional; an error when empty | optional.of(1).value()
    or | the first optional that holds a value | optional.none().or(optional.of(2))
    orValue | the value of an optional, else another | {'a': 1}.?b.orValue(0)
    regex.replace | a text with matches replaced, `\\1` for groups | \
    regex.replace('a1b2', '[0-9]', '#')
    regex.extract | the first match, or its one group, as an optional | \
    regex.extract('id-42', '([0-9]+)').value()
    regex.extractAll | all matches, or their one group | regex.extractAll('a1b2', '[0-9]')
    ip | an IP address from text; of a CIDR its address | ip('10.0.0.1')
    isIP | whether a text is an IP address | isIP('10.0.0.256')
    cidr | a network from text | cidr('10.0.0.0/8')
    isCIDR | whether a text is a network | isCIDR('10.0.0.0/8')
    ip.isCanonical | whether a text is an address in canonical form | ip.isCanonical('::1')
    family | 4 or 6 | ip('::1').family()
    isUnspecified | whether it is `0.0.0.0` or `::` | ip('0.0.0.0').isUnspecified()
    isLoopback | whether it is a loopback address | ip('127.0.0.1').isLoopback()
    isGlobalUnicast | whether it is a global unicast address | ip('8.8.8.8').isGlobalUnicast()
    isLinkLocalMulticast | whether it is a link-local multicast address | \
    ip('224.0.0.1').isLinkLocalMulticast()
    isLinkLocalUnicast | whether it is a link-local unicast address | \
    ip('169.254.1.1').isLinkLocalUnicast()
    containsIP | whether a network holds an address | \
    cidr('10.0.0.0/8').containsIP('10.1.2.3')
    containsCIDR | whether a network holds another | \
    cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16')
    masked | a network with its host bits cleared | cidr('10.1.2.3/8').masked()
    prefixLength | the bits of the network's prefix | cidr('10.0.0.0/8').prefixLength()
    """

  static let flow = """
    default | the first value, or the second where the first is missing, null or an empty \
    optional | default(input.other, 'none')
    join | one text of a list of any values, with a separator between | join([1, 'a'], '-')
    sum | the sum of a list of numbers | sum([1, 2, 3])
    avg | the mean of a list of numbers | avg([1, 2])
    min | the least of its arguments or of a list | min([3, 1, 2])
    max | the greatest of its arguments or of a list | max(3, 1)
    flatten | a list with inner lists opened | flatten([[1], [2, 3]])
    length | the same as `size` | length(input.tags)
    slice | elements or characters from a start up to an end, or as many as there are; as a method \
    the end must exist | slice('signal', 1, 40)
    toJson | a value as JSON text | toJson({'a': [1, null]})
    fromJson | the value that a JSON text writes | fromJson('{"a":[1,null]}').a
    validateSchema | the value, when the flow's schema of that name accepts it | \
    validateSchema(input, 'person').name
    keys | the keys of a map in order | keys({'a': 1, 'b': 2})
    values | the values of a map in order | values({'a': 1, 'b': 2})
    upperAscii | with ASCII letters in upper case | upperAscii('abc')
    lowerAscii | with ASCII letters in lower case | lowerAscii('ABC')
    trim | without white space at both ends | trim(' a ')
    distinct | each element once | distinct([1, 2, 1])
    sort | in ascending order | sort([3, 1, 2])
    reverse | a text or list backwards | reverse('abc')
    first | the first element as an optional | first(input.tags).value()
    last | the last element as an optional | last(input.tags).value()
    round | the nearest int, halves away from zero | round(2.5)
    jsonpath | the values that a JSONPath query selects in a value, or in the flow | \
    jsonpath(input, '$.tags[*]')
    jsonpath_one | the first of them as an optional | \
    jsonpath_one('$.input.name').value()
    jsonpath_exists | whether it selects any; a guard that starts with `$` asks the \
    same | \
    jsonpath_exists('$.input.tags[?@ == "b"]')
    now | the journaled time of the run, never the clock | now()
    """

  static let macros = """
    has(x.field) | whether a field is there, or set in a message | has(input.name)
    list.all(x, condition) | whether the condition holds for every element; `all(i, x, \
    …)` names the position | [1, 2].all(x, x > 0)
    list.exists(x, condition) | whether it holds for some element | input.tags.exists(t, \
    t == 'b')
    list.exists_one(x, condition) | whether it holds for exactly one; also `existsOne` | \
    [1, 2].exists_one(x, x > 1)
    list.filter(x, condition) | the elements for which it holds | [1, 2, 3].filter(x, x > 1)
    list.map(x, result) | a result for each element; `map(x, condition, result)` filters \
    first | [1, 2].map(x, x * 2)
    list.transformList(i, x, result) | a list, with the position or key at hand | \
    ['a'].transformList(i, x, x + string(i))
    map.transformMap(k, v, result) | a map with the same keys | {'a': 1}.transformMap(k, \
    v, v + 1)
    map.transformMapEntry(k, v, entry) | a map of new entries | {'a': \
    1}.transformMapEntry(k, v, {v: k})
    list.sortBy(x, key) | the elements in order of their keys | ['bb', 'a'].sortBy(x, \
    size(x))
    cel.bind(x, value, result) | the result with a name for a value, which is computed \
    once | cel.bind(x, 2 + 3, x * x)
    optional.optMap(x, result) | an optional of the result, when there is a value | \
    optional.of(2).optMap(x, x * 2)
    optional.optFlatMap(x, result) | the result, itself an optional, when there is a value \
    | optional.of({'a': 1}).optFlatMap(x, x.?b)
    """
}
