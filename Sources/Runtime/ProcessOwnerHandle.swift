import Glibc
public import Journal
import Values

/// Which process of which machine drives a run: kept with the run, so that nobody takes it over
/// from a living driver by mistake.
///
/// The epoch alone keeps a journal whole; this keeps calls from being made twice.
struct ProcessOwner: Sendable, Equatable {
  /// The process.
  var process: Int32
  /// When it started, in ticks since the machine did; tells a reused number apart.
  var startTicks: String
  /// The machine's boot.
  var boot: String

  /// `4711/982451/9f0c…`, without spaces.
  var text: String { "\(process)/\(startTicks)/\(boot)" }

  /// This process.
  static let current = ProcessOwner(
    process: getpid(),
    startTicks: startTicks(of: getpid()) ?? "0",
    boot: bootID
  )

  init(process: Int32, startTicks: String, boot: String) {
    self.process = process
    self.startTicks = startTicks
    self.boot = boot
  }

  /// Reads the first word of a stored owner.
  init?(_ owner: String) {
    let word = owner.prefix { $0 != " " }
    let parts = word.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 3, let process = Int32(parts[0]), process > 0 else { return nil }
    self.init(process: process, startTicks: String(parts[1]), boot: String(parts[2]))
  }

  /// Whether it is another process, of this machine's boot, that still runs.
  var isAliveElsewhere: Bool {
    guard self != Self.current, boot == Self.bootID else { return false }
    return Self.startTicks(of: process) == startTicks
  }

  private static let bootID =
    firstLine(of: "/proc/sys/kernel/random/boot_id") ?? "unknown"

  /// The 22nd field of `/proc/PID/stat`; the second may hold spaces and ends with the last `)`.
  ///
  /// Nil as well for one that has ended and that nobody has asked about (states Z and X).
  private static func startTicks(of process: Int32) -> String? {
    guard let line = firstLine(of: "/proc/\(process)/stat"),
      let close = line.lastIndex(of: ")")
    else { return nil }
    let fields = line[close...].split(separator: " ")
    guard fields.count > 20, fields[1] != "Z", fields[1] != "X" else { return nil }
    return String(fields[20])
  }

  private static func firstLine(of path: String) -> String? {
    // INVARIANT: the path is alive for the call; the buffer outlives the read and bounds it.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 4_096)
    let count = unsafe bytes.withUnsafeMutableBytes {
      unsafe read(descriptor, $0.baseAddress, $0.count)
    }
    guard count > 0 else { return nil }
    let text = String(decoding: bytes[..<count], as: UTF8.self)
    return text.split(separator: "\n").first.map(String.init)
  }
}

extension RunSummary {
  /// Whether another living process of this machine had the run last, and has not ended since.
  public var isHeldElsewhere: Bool { ProcessOwner(owner)?.isAliveElsewhere ?? false }
}
