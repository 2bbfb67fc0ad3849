/// Corners of the language and its libraries, by the definition of CEL and the documentation of its
/// libraries: one expression a line.
enum Corners {
  /// Expressions that are true.
  static let language = #"""
    '\x41' == 'A'
    '\101' == 'A'
    '\u0041' == 'A'
    '\U00000041' == 'A'
    b'\x41\101' == b'AA'
    '\377' == 'ÿ'
    b'\377' == b'\xff'
    r'\n' == '\\n'
    '''a'b''' == "a'b"
    '\?\'\"\`' == '?' + "'" + '"' + '`'
    br'\x41' == b'\\x41'
    bR'\x41' == b'\\x41'
    B'a' == b'a'
    0xA == 10
    -0xA == -10
    0xAu == 10u
    1e3 == 1000.0
    1.5e-3 == 0.0015
    .5 == 0.5
    1E3 == 1000.0
    -9223372036854775808 < 0
    0x7fffffffffffffff == 9223372036854775807
    -0x8000000000000000 == -9223372036854775808
    18446744073709551615u == 0xffffffffffffffffu
    [1,2,].size() == 2
    {'a':1,}.size() == 1
    int('9223372036854775807') == 9223372036854775807
    int('-9223372036854775808') < 0
    int('+5') == 5
    int('007') == 7
    uint('18446744073709551615') == 18446744073709551615u
    int(1.9) == 1
    int(-1.9) == -1
    int(-0.0) == 0
    int(9223372036854774784.0) == 9223372036854774784
    uint(18446744073709549568.0) == 18446744073709549568u
    uint(0.9) == 0u
    uint(-0.0) == 0u
    double('1e3') == 1000.0
    double('-inf') < 0.0
    math.isNaN(double('NaN'))
    double('Infinity') > 1e308
    double(9007199254740993) == 9007199254740992.0
    string(1e6) == '1e+06'
    string(123456.0) == '123456'
    string(0.0001) == '0.0001'
    string(0.00001) == '1e-05'
    string(1.0) == '1'
    string(-1.5) == '-1.5'
    string(1e100) == '1e+100'
    string(1e21) == '1e+21'
    string(3.14159265) == '3.14159265'
    string(true) == 'true'
    string(b'abc') == 'abc'
    string(5u) == '5'
    string(timestamp(0)) == '1970-01-01T00:00:00Z'
    bytes('é') == b'\303\251'
    type(type(1)) == type
    type([]) == list
    type({}) == map
    type(null) == null_type
    type(1.0) == double
    type('') == string
    type(b'') == bytes
    type(1u) == uint
    type(true) == bool
    type(duration('1s')) == google.protobuf.Duration
    type(timestamp(0)) == google.protobuf.Timestamp
    dyn(1) == 1.0
    dyn(1u) == 1
    dyn(1.0) < 2u
    dyn(9223372036854775807) < 9223372036854775808u
    dyn(-1) < 0u
    dyn(1.5) > 1
    dyn(0u) > -0.1
    !(dyn(0.0/0.0) < 1)
    !(dyn(1) >= 0.0/0.0)
    0.0 == -0.0
    0.0/0.0 != 0.0/0.0
    !(0.0/0.0 in [0.0/0.0])
    1 in [1.0, 2]
    dyn(1u) in [1]
    dyn(1.0) in {1: 2}
    'a' in {'a': 1}
    !(dyn(1.5) in {1: 2})
    [1, 2u, 3.0] == [1.0, 2, 3u]
    null == null
    dyn(null) != 0
    [null] == [null]
    dyn([1]) != dyn({'a': 1})
    b'a' < b'b'
    b'' < b'a'
    'a' < 'aa'
    '\u00e9' > 'z'
    '\U0001F600' > '\uFFFF'
    false < true
    duration('1s') < duration('2s')
    timestamp(1) < timestamp(2)
    -7 / 2 == -3
    -7 % 2 == -1
    7 % -2 == 1
    7u % 2u == 1u
    1.0 / 0.0 > 1e308
    -1.0 / 0.0 < -1e308
    'a' + 'b' == 'ab'
    b'a' + b'b' == b'ab'
    [1] + [2] == [1, 2]
    [] + [] == []
    duration('1s') + duration('1s') == duration('2s')
    timestamp(0) + duration('1s') == timestamp(1)
    duration('1s') + timestamp(0) == timestamp(1)
    timestamp(5) - timestamp(3) == duration('2s')
    timestamp(5) - duration('3s') == timestamp(2)
    true || 1/0 == 1
    !(false && 1/0 == 1)
    !(1/0 == 1 && false)
    [1,2][0] == 1
    [1,2][dyn(1.0)] == 2
    [1,2][dyn(1u)] == 2
    {1:'a'}[dyn(1.0)] == 'a'
    {1u:'a'}[dyn(1)] == 'a'
    {true: 1}[true] == 1
    size('\U0001F600') == 1
    size(b'\xf0\x9f\x98\x80') == 4
    size({}) == 0
    'abc'.size() == 3
    has({'a': null}.a)
    !has({}.a)
    'abc'.contains('')
    ''.contains('')
    'abc'.startsWith('')
    'abc'.endsWith('c')
    'hubba'.matches('^h.*a$')
    matches('abc', 'b')
    !'abc'.matches('^b')
    'é'.matches('^.$')
    'a\nb'.matches('a.b') == false
    'cows'.matches('')
    timestamp('2009-02-13T23:31:30Z') == timestamp(1234567890)
    timestamp('2009-02-13T23:31:30+01:00') == timestamp('2009-02-13T22:31:30Z')
    timestamp('0001-01-01T00:00:00Z').getFullYear() == 1
    timestamp('9999-12-31T23:59:59.999999999Z').getMilliseconds() == 999
    timestamp('2024-02-29T00:00:00Z').getDayOfYear() == 59
    timestamp('2024-12-31T00:00:00Z').getDayOfYear() == 365
    timestamp('2009-02-13T23:31:30Z').getHours('+05:30') == 5
    timestamp('2009-02-13T23:31:30Z').getMinutes('05:30') == 1
    timestamp('2009-02-13T02:31:30Z').getDate('-08:00') == 12
    timestamp('2009-02-13T23:31:30Z').getFullYear('America/Los_Angeles') == 2009
    timestamp('2009-02-13T23:31:30.5Z').getMilliseconds('UTC') == 500
    int(timestamp('1969-12-31T23:59:59.5Z')) == -1
    string(timestamp('2009-02-13T23:31:30.1Z')) == '2009-02-13T23:31:30.1Z'
    string(timestamp('2009-02-13T23:31:30.120Z')) == '2009-02-13T23:31:30.12Z'
    string(timestamp('2009-02-13T23:31:30+02:00')) == '2009-02-13T21:31:30Z'
    duration('1h2m3.5s') == duration('3723.5s')
    duration('1us') == duration('1000ns')
    duration('1.5ms') == duration('1500us')
    duration('+1s') == duration('1s')
    string(duration('1h')) == '3600s'
    string(duration('1ms')) == '0.001s'
    string(duration('-1.5s')) == '-1.5s'
    string(duration('1ns')) == '0.000000001s'
    duration('3730s').getMinutes() == 62
    duration('-3730s').getMinutes() == -62
    duration('1.999s').getMilliseconds() == 999
    duration('-1.5s').getSeconds() == -1
    duration('100h').getHours() == 100
    duration('9223372036s') > duration('0s')
    duration('1m') > duration('59s')
    """#

  /// Expressions that are refused or end with an error.
  static let languageErrors = #"""
    '\ud800'
    '\udfff'
    '\U00110000'
    '\8'
    '\x4'
    '\400'
    1 + 1u
    1 == 1.0
    1 < 1u
    9223372036854775808
    -9223372036854775809
    18446744073709551616u
    0x8000000000000000
    1/0
    1%0
    1u/0u
    1u%0u
    -9223372036854775808 / -1
    9223372036854775807 * 2
    -(-9223372036854775808)
    0u - 1u
    int('a')
    int('')
    int(' 1')
    int('1.5')
    int('9223372036854775808')
    uint('-1')
    uint('')
    uint('1.0')
    int(1e19)
    int(-1e19)
    int(9223372036854775807.0)
    uint(-1.0)
    uint(18446744073709551615.0)
    int(0.0/0.0)
    uint(0.0/0.0)
    int(18446744073709551615u)
    uint(-1)
    double('x')
    double('')
    bool('TrUe')
    bool('')
    bool('yes')
    string(b'\xff')
    [1][1]
    [1][-1]
    [1][dyn(0.5)]
    [][0]
    {}['a']
    {'a':1}.b
    {1:1, 1:2}
    {1:1, 1u:2}
    {true:1, true:2}
    {'a':1,'a':2}
    {1.0: 2}
    {null: 1}
    {[1]: 2}
    has(1)
    has({}['a'])
    duration('')
    duration('1')
    duration('1y')
    duration('s')
    duration('1 s')
    duration('--1s')
    duration('320000000000s')
    timestamp('')
    timestamp('2009-02-13')
    timestamp('2009-02-13T23:31:30')
    timestamp('2009-02-13 23:31:30Z')
    timestamp('2009-02-30T00:00:00Z')
    timestamp('2009-13-01T00:00:00Z')
    timestamp('2009-02-13T24:00:00Z')
    timestamp('2009-02-13T23:60:00Z')
    timestamp('2009-02-13T23:31:60Z')
    timestamp('0000-01-01T00:00:00Z')
    timestamp('10000-01-01T00:00:00Z')
    timestamp('0001-01-01T00:00:00+01:00')
    timestamp('9999-12-31T23:59:59-01:00')
    timestamp('2009-02-13T23:31:3002:00')
    timestamp('2009-02-13T23:31:30+2:00')
    timestamp(253402300800)
    timestamp(-62135596801)
    timestamp(0) - duration('9223372036s') * 2
    timestamp('9999-12-31T23:59:59Z') + duration('1s')
    timestamp(0).getHours('Nowhere/None')
    timestamp(0).getHours('25:00')
    timestamp('0001-01-01T00:00:00Z') - timestamp('9999-01-01T00:00:00Z')
    duration('9223372036s') + duration('9223372036s')
    'a'.matches('(')
    'a'.matches('(?=a)')
    matches('a', '\\1')
    1 ? 2 : 3
    !1
    -'a'
    -true
    !null
    [1,2].map(x)
    [1].all(1, true)
    1.all(x, true)
    x
    f(1)
    1.f()
    in
    null.a
    true && 1
    1 || false
    1 && true
    if
    [1,,2]
    {a}
    {'a':}
    a.
    (1
    1)
    1 2
    'abc
    `a`
    a.`b`c
    1.5.6
    0x
    1uu
    1e
    "
    // c
    @a
    #
    a ? b
    ?
    &
    a & b
    a = b
    ===
    a === b
    b'\u00e9'
    R"a\""
    [[1]] == [[1.0]]
    {1: 'a'} == {1u: 'a'}
    """#

  /// Expressions that are true.
  static let macros = #"""
    [1,2].all(x, x > 0)
    [].all(x, 1/0 == x)
    [1,2].exists(x, 1/x == 0)
    [0,1].exists(x, 1/x == 1)
    ![0,1].all(x, x == 1/x && x > 3)
    [0,1,1].exists_one(x, x == 0)
    {'a':1,'b':2}.all(k, k in ['a','b'])
    {'a':1}.exists(k, k == 'a')
    {'a':1}.exists_one(k, k == 'a')
    [1,2,3].map(x, x * 2) == [2,4,6]
    [1,2,3].map(x, x > 1, x * 2) == [4,6]
    [1,2,3].filter(x, x > 1) == [2,3]
    {'a':1,'b':2}.filter(k, k == 'a') == ['a']
    {'a':1}.map(k, k) == ['a']
    [[1,2],[3]].map(x, x.map(y, y + 1)) == [[2,3],[4]]
    [1].map(x, [2].map(x, x)) == [[2]]
    [1,2].exists(i, v, i == 1 && v == 2)
    {'a':1}.all(k, v, k == 'a' && v == 1)
    [1,2].existsOne(i, v, v == 2)
    [1,2,3].transformList(i, v, i + v) == [1,3,5]
    [1,2,3].transformList(i, v, i > 0, v) == [2,3]
    {'a':1}.transformList(k, v, k + string(v)) == ['a1']
    [1,2].transformMap(i, v, v * 2) == {0:2,1:4}
    {'a':1,'b':2}.transformMap(k, v, v > 1, v) == {'b':2}
    [1,2].transformMapEntry(i, v, {v: i}) == {1:0,2:1}
    {'a':'b'}.transformMapEntry(k, v, {v: k}) == {'b':'a'}
    {'a':1,'b':2}.transformMapEntry(k, v, v > 1, {k: v}) == {'b':2}
    [1,2].transformMapEntry(i, v, i > 5, {v: i}) == {}
    cel.bind(a, 1, a + 1) == 2
    cel.bind(a, [1], cel.bind(b, a, b)) == [1]
    cel.bind(x, 1/0, true)
    [3,1,2].sortBy(x, -x) == [3,2,1]
    ['b','a'].sort() == ['a','b']
    [].sort() == []
    [1,2,3].slice(1,3) == [2,3]
    [1,2].slice(2,2) == []
    [[1],[2,[3]]].flatten() == [1,2,[3]]
    [[1,[2,[3]]]].flatten(2) == [1,2,[3]]
    [1,2,1].distinct() == [1,2]
    lists.range(0) == []
    lists.range(3) == [0,1,2]
    [1,2].reverse() == [2,1]
    [1].first() == optional.of(1)
    [].last() == optional.none()
    [[1],[1]].distinct() == [[1]]
    [true,false].sort() == [false,true]
    [timestamp(2),timestamp(1)].sort()[0] == timestamp(1)
    [b'b',b'a'].sort()[0] == b'a'
    sets.contains([1,2],[2,2])
    sets.contains([],[])
    !sets.contains([1],[2])
    sets.equivalent([],[])
    sets.equivalent([1,1],[1])
    sets.equivalent([1],[1u,1.0])
    !sets.intersects([],[])
    !sets.intersects([1],[])
    sets.contains([[1],[2]],[[2]])
    """#

  /// Expressions that are refused or end with an error.
  static let macrosErrors = #"""
    [1,2].exists_one(x, 1/0 == x)
    [0,1].exists(x, 1/x == 5)
    [1,2].transformMapEntry(i, v, {'a': v})
    [1,2].transformMapEntry(i, v, v)
    [1,'a'].sort()
    [[1],[2]].sort()
    [1,2].slice(1,5)
    [1,2].slice(-1,1)
    [1,2].slice(2,1)
    [1].flatten(-1)
    {}.sort()
    [1].map(x, y, 2)
    [1].exists(x, x, true)
    [1].transformList(x, x, 1)
    [1].all(x.y, true)
    [1].all(i, i, true)
    sets.contains([1],[1.0])
    sets.intersects([1],[1u])
    """#
}
