/// What a part of an expression may come to while one slot holds nothing.
struct Outcomes: OptionSet {
  let rawValue: UInt8

  /// The value `true`.
  static let isTrue = Outcomes(rawValue: 1)
  /// The value `false`.
  static let isFalse = Outcomes(rawValue: 2)
  /// Another value, or an error that other reads may give.
  static let other = Outcomes(rawValue: 4)
  /// The error of reading the slot.
  static let missing = Outcomes(rawValue: 8)
  /// Another error, which follows from the slot's absence alone.
  static let failure = Outcomes(rawValue: 16)

  /// What a part may come to of which nothing is known.
  static let anything: Outcomes = [.isTrue, .isFalse, .other]
  /// What a program must not come to.
  static let errors: Outcomes = [.missing, .failure]

  /// Whether the slot's absence may make the whole fail.
  var mayFail: Bool { !isDisjoint(with: .errors) }
  /// The part of it that is due to the slot's absence.
  var failures: Outcomes { intersection(.errors) }
}
