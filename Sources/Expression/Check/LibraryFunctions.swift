extension Dialect {
  /// Every overload of every function and operator that the language declares, by
  /// name.
  ///
  /// Operators are named with underscores in place of their operands: `_+_`, `_[_]`, `_?_:_`; `_<_`
  /// stands for the four orderings and `_==_` for both equalities. `&&`, `||` and macros are
  /// syntax and not among them. Type parameters are `ExpressionType.parameter`.
  public var functions: [Environment.Function] {
    let declarations: Declarations = self == .flow ? .flow : .cel
    return declarations.overloads.keys.sorted().flatMap { name in
      declarations.named(name).map { overload in
        Environment.Function(
          name: name,
          parameters: overload.parameters,
          result: overload.result,
          isMember: overload.isMember
        )
      }
    }
  }
}
