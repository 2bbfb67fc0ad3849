import Glibc

/// The keyboard of this process: a terminal without line editing of its own, byte by byte.
final class Terminal {
  private var saved = termios()
  private var isRaw = false

  /// Takes the line editing over; nil when the standard input is no terminal.
  init?() {
    // INVARIANT: `tcgetattr` writes one termios into a place that outlives the call.
    guard isatty(0) == 1, unsafe tcgetattr(0, &saved) == 0 else { return nil }
  }

  deinit { restore() }

  /// Turns echo, line assembly and signals of keys off.
  func makeRaw() {
    guard !isRaw else { return }
    var raw = saved
    raw.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG | IEXTEN)
    raw.c_iflag &= ~tcflag_t(IXON | ICRNL)
    // INVARIANT: `tcsetattr` reads one termios during the call; by default a read waits for a byte.
    isRaw = unsafe tcsetattr(0, TCSADRAIN, &raw) == 0
  }

  /// Gives the terminal back as it was.
  func restore() {
    guard isRaw else { return }
    // INVARIANT: as above.
    _ = unsafe tcsetattr(0, TCSADRAIN, &saved)
    isRaw = false
  }

  /// How many columns a line has.
  var columns: Int {
    var size = winsize()
    // INVARIANT: `ioctl` writes one winsize, which outlives the call.
    let isKnown = unsafe ioctl(2, UInt(TIOCGWINSZ), &size) == 0
    return isKnown && size.ws_col > 0 ? Int(size.ws_col) : 80
  }

  /// The next byte of the keyboard; nil at the end of the input.
  func byte() -> UInt8? {
    var byte: UInt8 = 0
    while true {
      // INVARIANT: `read` writes at most the one byte, which outlives the call.
      let count = unsafe read(0, &byte, 1)
      if count == 1 { return byte }
      if count == 0 || errno != EINTR { return nil }
    }
  }
}
