/// Makes values by chance, and smaller ones from a value that broke a property.
///
/// Take one of the ready ones (`Generator.expressions(in:)`, `.bindings(for:)`, `.flows()`, …), or
/// write your own:
///
///     let ages = Generator<Int64>(smaller: { $0 == 0 ? [] : [0, $0 / 2] }) { random, size in
///       Int64(random.below(size * 4 + 1))
///     }
///
/// and hand it to `checkProperty`.
public struct Generator<Output: Sendable>: Sendable {
  private let make: @Sendable (inout RandomSource, Int) -> Output
  private let reduce: @Sendable (Output) -> [Output]
  private let show: @Sendable (Output) -> String

  /// A generator.
  ///
  /// `make` gets a size that grows from 1 to 100 in the course of a property; `smaller` gives
  /// simpler values, the simplest first, and none when there is nothing to leave out; `showing`
  /// writes a value for the report.
  public init(
    smaller: @escaping @Sendable (Output) -> [Output] = { _ in [] },
    showing show: @escaping @Sendable (Output) -> String = { String(describing: $0) },
    _ make: @escaping @Sendable (inout RandomSource, Int) -> Output
  ) {
    self.make = make
    self.reduce = smaller
    self.show = show
  }

  /// The next value.
  public func next(_ random: inout RandomSource, size: Int) -> Output { make(&random, size) }

  /// The value of a seed.
  public func value(seed: UInt64, size: Int = 30) -> Output {
    var random = RandomSource(seed: seed)
    return make(&random, size)
  }

  /// Simpler values than `value`, the simplest first.
  public func smaller(_ value: Output) -> [Output] { reduce(value) }

  /// The value as reports show it.
  public func text(_ value: Output) -> String { show(value) }

  /// Both values, of which each is made smaller on its own.
  public func paired<Other>(with other: Generator<Other>) -> Generator<(Output, Other)> {
    let one = self
    return Generator<(Output, Other)>(
      smaller: { pair in
        one.smaller(pair.0).map { ($0, pair.1) } + other.smaller(pair.1).map { (pair.0, $0) }
      },
      showing: { "\(one.text($0.0))\n  with \(other.text($0.1))" },
      { random, size in
        let first = one.next(&random, size: size)
        return (first, other.next(&random, size: size))
      }
    )
  }
}
