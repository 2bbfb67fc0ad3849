/// Corners of the libraries.
extension Corners {
  /// Expressions that are true.
  static let texts = #"""
    'abc'.charAt(3) == ''
    'é😀'.charAt(1) == '😀'
    'tacocat'.indexOf('') == 0
    'tacocat'.indexOf('ac') == 1
    'tacocat'.indexOf('none') == -1
    'tacocat'.indexOf('a', 3) == 5
    'tacocat'.indexOf('', 7) == 7
    'tacocat'.lastIndexOf('') == 7
    'tacocat'.lastIndexOf('at') == 5
    'tacocat'.lastIndexOf('a', 3) == 1
    'tacocat'.lastIndexOf('a', 5) == 5
    'ta©o©αT'.indexOf('©', 3) == 4
    'ta©o©αT'.lastIndexOf('©') == 4
    ''.indexOf('') == 0
    'a'.indexOf('aa') == -1
    [].join() == ''
    ['a'].join(',') == 'a'
    ['x','y'].join() == 'xy'
    'AbC'.lowerAscii() == 'abc'
    'TacÕCat'.lowerAscii() == 'tacÕcat'
    'tacoCÆt'.upperAscii() == 'TACOCÆT'
    'hello hello'.replace('he', 'we') == 'wello wello'
    'hello hello'.replace('he', 'we', 1) == 'wello hello'
    'hello'.replace('he', 'we', 0) == 'hello'
    'hello'.replace('he', 'we', -1) == 'wello'
    'hello'.replace('', '_') == '_h_e_l_l_o_'
    'hello'.replace('', '_', 2) == '_h_ello'
    ''.replace('', 'x') == 'x'
    'a b c'.split(' ') == ['a','b','c']
    'a b c'.split(' ', 0) == []
    'a b c'.split(' ', 1) == ['a b c']
    'a b c'.split(' ', 2) == ['a','b c']
    'a b c'.split(' ', -1) == ['a','b','c']
    'abc'.split('') == ['a','b','c']
    'abc'.split('', 2) == ['a','bc']
    ''.split('') == []
    ''.split(',') == ['']
    'a,b,'.split(',') == ['a','b','']
    'tacocat'.substring(4) == 'cat'
    'tacocat'.substring(7) == ''
    'tacocat'.substring(0,4) == 'taco'
    'ta©o©αT'.substring(2, 6) == '©o©α'
    'tacocat'.substring(3,3) == ''
    ' \t\n\u00a0x\u2003'.trim() == 'x'
    '\u200b x'.trim() == '\u200b x'
    strings.quote('a"b\n') == '"a\\"b\\n"'
    strings.quote('') == '""'
    strings.quote('é😀') == '"é😀"'
    'é😀a'.reverse() == 'a😀é'
    ''.reverse() == ''
    '%s'.format(['a']) == 'a'
    '%%'.format([]) == '%'
    '%d %d'.format([1, 2u]) == '1 2'
    '%s'.format([1.0]) == '1'
    '%s'.format([1.5e10]) == '15000000000'
    '%s'.format([b'abc']) == 'abc'
    '%s'.format([null]) == 'null'
    '%s'.format([[1, 'a', null]]) == '[1, a, null]'
    '%s'.format([{'b': 1, 'a': 2}]) == '{a: 2, b: 1}'
    '%s'.format([type(1)]) == 'int'
    '%s'.format([timestamp(0)]) == '1970-01-01T00:00:00Z'
    '%s'.format([duration('90s')]) == '90s'
    '%f'.format([1.5]) == '1.500000'
    '%.2f'.format([1.005]) == '1.00'
    '%.1f'.format([0.25]) == '0.2'
    '%.0f'.format([1.5]) == '2'
    '%.3e'.format([1234.5678]) == '1.235e+03'
    '%e'.format([0.0]) == '0.000000e+00'
    '%.1e'.format([1e-10]) == '1.0e-10'
    '%b'.format([5]) == '101'
    '%b'.format([-5]) == '-101'
    '%b'.format([true]) == '1'
    '%b'.format([5u]) == '101'
    '%x'.format([255]) == 'ff'
    '%X'.format([255]) == 'FF'
    '%x'.format([-30]) == '-1e'
    '%x'.format(['hi']) == '6869'
    '%X'.format([b'\xab\xcd']) == 'ABCD'
    '%o'.format([8]) == '10'
    '%o'.format([-8]) == '-10'
    '%f'.format([double('NaN')]) == 'NaN'
    '%s %s'.format([true, false]) == 'true false'
    '%d'.format([-9223372036854775808]) == '-9223372036854775808'
    '%s'.format([[]]) == '[]'
    '%s'.format([{}]) == '{}'
    '%.10f'.format([0.1]) == '0.1000000000'
    '%.17f'.format([0.1]) == '0.10000000000000001'
    '%f'.format([1e20]) == '100000000000000000000.000000'
    '%s'.format([dyn(1)]) == '1'
    """#

  /// Expressions that are refused or end with an error.
  static let textsErrors = #"""
    'abc'.charAt(4)
    'abc'.charAt(-1)
    'abc'.indexOf('a', -1)
    'abc'.indexOf('a', 4)
    'abc'.substring(4)
    'abc'.substring(-1)
    'abc'.substring(2,1)
    'abc'.substring(0,4)
    ['a', 1].join()
    '%d'.format(['a'])
    '%d'.format([])
    '%s %s'.format(['a'])
    '%z'.format([1])
    '%'.format([1])
    '%.f'.format([1.0])
    '%.a'.format([1.0])
    '%d'.format([1.5])
    '%b'.format(['a'])
    '%o'.format(['a'])
    '%x'.format([1.5])
    '%e'.format(['x'])
    '%f'.format(['x'])
    '%d'.format([null])
    '%f'.format([null])
    'a'.join()
    strings.quote(1)
    'a'.replace('b')
    'a'.split()
    """#

  /// Expressions that are true.
  static let numbers = #"""
    math.greatest(1, 2.0, 3u) == 3u
    math.greatest([1, 5, 3]) == 5
    math.least(-1, 1u) == -1
    math.least([1.5, 0.5]) == 0.5
    math.greatest(1) == 1
    math.greatest(1, 1.0) == 1
    math.ceil(1.2) == 2.0
    math.ceil(-1.2) == -1.0
    math.floor(-1.2) == -2.0
    math.round(1.5) == 2.0
    math.round(-1.5) == -2.0
    math.round(2.5) == 3.0
    math.round(0.49999999999999994) == 0.0
    math.trunc(-1.9) == -1.0
    math.trunc(1e300) == 1e300
    math.abs(-5) == 5
    math.abs(-5.5) == 5.5
    math.sign(-3) == -1
    math.sign(3u) == 1u
    math.sign(-0.5) == -1.0
    math.isNaN(math.sign(0.0/0.0))
    math.isInf(1.0/0.0)
    math.isInf(-1.0/0.0)
    !math.isInf(1.0)
    math.isFinite(1.0)
    !math.isFinite(0.0/0.0)
    math.isNaN(math.ceil(0.0/0.0))
    math.bitAnd(12, 10) == 8
    math.bitOr(12u, 10u) == 14u
    math.bitXor(12, 10) == 6
    math.bitNot(5u) == 18446744073709551610u
    math.bitShiftLeft(1, 63) == -9223372036854775808
    math.bitShiftLeft(1, 64) == 0
    math.bitShiftLeft(1u, 2) == 4u
    math.bitShiftRight(-1, 1) == 9223372036854775807
    math.bitShiftRight(-1024, 3) == 2305843009213693824
    math.bitShiftRight(8u, 2) == 2u
    math.bitXor(-1, 0) == -1
    math.sqrt(81) == 9.0
    math.sqrt(2u) > 1.4
    math.isNaN(math.sqrt(-1))
    math.isInf(math.sqrt(1.0/0.0))
    """#

  /// Expressions that are refused or end with an error.
  static let numbersErrors = #"""
    math.greatest()
    math.least('a')
    math.greatest([])
    math.greatest(['a'])
    math.ceil(1)
    math.abs(-9223372036854775808)
    math.bitAnd(1, 1u)
    math.bitShiftLeft(1, -1)
    math.bitShiftRight(1u, -1)
    math.sign('a')
    math.isNaN(1)
    math.sqrt('a')
    math.greatest(dyn('a'))
    math.greatest(dyn(['a']))
    math.greatest(1, 'a')
    math.least({})
    """#

  /// Expressions that are true.
  static let extensions = #"""
    base64.encode(b'') == ''
    base64.encode(b'a') == 'YQ=='
    base64.decode('YQ') == b'a'
    base64.decode('') == b''
    base64.decode('/+8=') == b'\xff\xef'
    ip('127.0.0.1').isLoopback()
    !ip('128.0.0.1').isLoopback()
    ip('::1').family() == 6
    ip('169.254.1.1').isLinkLocalUnicast()
    ip('224.0.0.1').isLinkLocalMulticast()
    !ip('224.0.1.1').isLinkLocalMulticast()
    ip('ff02::1').isLinkLocalMulticast()
    ip('192.168.0.1').isGlobalUnicast()
    !ip('224.0.0.1').isGlobalUnicast()
    !ip('ff02::1').isGlobalUnicast()
    !ip('::').isGlobalUnicast()
    !ip('fe80::1').isGlobalUnicast()
    ip('fc00::1').isGlobalUnicast()
    ip.isCanonical('2001:db8::68')
    !ip.isCanonical('2001:db8:0::68')
    ip.isCanonical('127.0.0.1')
    isIP('::')
    !isIP('127.0.0')
    !isIP('127.0.0.01')
    !isIP('')
    !isIP('::1%eth0')
    !isIP('::ffff:1.2.3.4')
    isCIDR('10.0.0.0/8')
    isCIDR('10.0.0.1/8')
    !isCIDR('10.0.0.0/33')
    !isCIDR('10.0.0.0')
    !isCIDR('10.0.0.0/08')
    !isCIDR('::/129')
    !isCIDR('::ffff:1.2.3.4/24')
    cidr('10.0.0.1/8').ip() == ip('10.0.0.1')
    cidr('10.1.2.3/8').masked() == cidr('10.0.0.0/8')
    cidr('10.0.0.0/8') != cidr('10.0.0.1/8')
    cidr('10.0.0.0/8').prefixLength() == 8
    cidr('10.0.0.0/8').containsIP('10.1.2.3')
    !cidr('10.0.0.0/8').containsIP('11.1.2.3')
    cidr('::/0').containsIP(ip('::1'))
    !cidr('::/0').containsIP(ip('1.2.3.4'))
    cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16')
    !cidr('10.0.0.0/8').containsCIDR('0.0.0.0/0')
    !cidr('10.0.0.0/8').containsCIDR('::/64')
    string(ip('::0001')) == '::1'
    string(ip('2001:DB8:0:0:0:0:0:68')) == '2001:db8::68'
    string(cidr('10.0.0.0/8')) == '10.0.0.0/8'
    string(ip('1:0:0:2:0:0:0:3')) == '1:0:0:2::3'
    type(ip('::1')) == net.IP
    type(cidr('::/0')) == net.CIDR
    ip('::1') == ip('0:0:0:0:0:0:0:1')
    regex.replace('foobar', 'o+', 'x') == 'fxbar'
    regex.replace('aaa', 'a', 'b', 2) == 'bba'
    regex.replace('aaa', 'a', 'b', 0) == 'aaa'
    regex.replace('aaa', 'a', 'b', -1) == 'bbb'
    regex.replace('ab', '(a)(b)', '\\2\\1') == 'ba'
    regex.extract('hello world', 'w(.*)') == optional.of('orld')
    regex.extract('abc', 'x') == optional.none()
    regex.extractAll('id:1, id:22', 'id:(\\d+)') == ['1','22']
    regex.extractAll('abc', 'x') == []
    regex.extractAll('a1b2', '[0-9]') == ['1','2']
    optional.none().orValue(1) == 1
    optional.of(1).orValue(1/0) == 1
    optional.of(1).or(optional.of(1/0)) == optional.of(1)
    optional.of(1).value() == 1
    !optional.none().hasValue()
    optional.ofNonZeroValue(0) == optional.none()
    optional.ofNonZeroValue('') == optional.none()
    optional.ofNonZeroValue([]) == optional.none()
    optional.ofNonZeroValue(false) == optional.none()
    optional.ofNonZeroValue(0.0) == optional.none()
    optional.ofNonZeroValue(duration('0s')) == optional.none()
    optional.ofNonZeroValue(1).hasValue()
    [?optional.none(), ?optional.of(1), 2] == [1, 2]
    {?'a': optional.none(), ?'b': optional.of(1)} == {'b': 1}
    {}.?a == optional.none()
    {'a': 1}.?a == optional.of(1)
    {'a': {'b': 1}}.?a.?b == optional.of(1)
    {'a': {'b': 1}}.?a.b == optional.of(1)
    {'a': {}}.?a.b == optional.none()
    [1][?0] == optional.of(1)
    [1][?5] == optional.none()
    [1][?-1] == optional.none()
    {'a': [1]}.?a[0] == optional.of(1)
    optional.of(1).optMap(x, x + 1) == optional.of(2)
    optional.none().optMap(x, 1/0) == optional.none()
    optional.of(1).optFlatMap(x, optional.of(x + 1)) == optional.of(2)
    optional.of({'a': 1}).optFlatMap(m, m.?b) == optional.none()
    optional.of(null).hasValue()
    optional.of(optional.none()) != optional.none()
    type(optional.of(1)) == optional_type
    [optional.of(1), optional.none()].unwrapOpt() == [1]
    optional.unwrap([optional.of(1), optional.none()]) == [1]
    """#

  /// Expressions that are refused or end with an error.
  static let extensionsErrors = #"""
    base64.decode('*')
    base64.decode('YQ=')
    ip('1.2.3')
    ip('')
    ip('1.2.3.4/8')
    cidr('1.2.3.4')
    cidr('1.2.3.4/')
    cidr('1.2.3.4/33')
    cidr('1.2.3.4/-1')
    cidr('fe80::1%en0/24')
    ip.isCanonical('x')
    cidr('10.0.0.0/8').containsIP('x')
    cidr('10.0.0.0/8').containsCIDR('x')
    cidr('10.0.0.0/8').containsCIDR('10.0.0.1')
    ip('1.2.3.4').masked()
    optional.none().value()
    [?1]
    {?'a': 1}
    1.?a
    regex.replace('a', '(', 'b')
    regex.replace('a', 'a', '\\1')
    regex.extract('a', '(')
    regex.extract('phone: 415-5551212', '(\\d{3})-(\\d{7})')
    optional.of(1/0)
    """#
}
