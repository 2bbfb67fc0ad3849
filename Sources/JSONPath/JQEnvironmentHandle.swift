import Glibc

/// What of the process's environment changes how queries run.
///
/// libjq 1.6 reads `$HOME/.jq` whenever it compiles, and definitions there replace its own. So
/// queries are refused while that file exists, unless HOME is not set.
///
/// The library tells no version of its own. Wanted is Debian's 1.6-2.1+deb12u3 or later (fixes of
/// memory safety); whoever packages this must demand it. What can be checked is checked: each
/// compiled program first runs a self-test of the constructs that translations rely on.
public enum JQEnvironment {
  /// Unsets HOME and returns what it was, for a program that has started no thread yet.
  ///
  /// Afterwards a file `.jq` in the home folder has no effect and refuses nothing.
  @discardableResult
  public static func clearHome() -> String? {
    let home = home
    unsafe unsetenv("HOME")
    return home
  }

  /// The path of the file that would change how queries run, if there is one.
  public static var startupFile: String? { home.flatMap { startupFile(inHome: $0) } }

  /// The same for a given home folder.
  static func startupFile(inHome home: String) -> String? {
    let path = home + "/.jq"
    return unsafe access(path, F_OK) == 0 ? path : nil
  }

  private static var home: String? {
    // INVARIANT: the environment is written before threads start only, so that the pointer stays
    // valid while the text is copied.
    unsafe getenv("HOME").map { unsafe String(cString: $0) }
  }
}
