import Glibc

/// The environment of this process.
package enum ProcessEnvironment {
  /// The value of a variable, nil when it is not set.
  package static func value(_ name: String) -> String? {
    // INVARIANT: nothing writes the environment once threads have started, so that the pointer
    // stays valid while the text is copied.
    unsafe getenv(name).map { unsafe String(cString: $0) }
  }
}
