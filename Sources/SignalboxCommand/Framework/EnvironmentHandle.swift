import Glibc

/// The environment of this process.
package enum ProcessEnvironment {
  /// The value of a variable, nil when it is not set.
  package static func value(_ name: String) -> String? {
    // INVARIANT: nothing in this process writes the environment, so that the pointer stays valid
    // while the text is copied.
    unsafe getenv(name).map { unsafe String(cString: $0) }
  }
}
