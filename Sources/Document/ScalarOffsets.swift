/// Byte offsets of Unicode scalars, since libyaml counts scalars.
struct ScalarOffsets {
  private let bytes: [UInt8]
  private let base: Int
  /// Offset of every 64th scalar; empty when all scalars are single bytes.
  private var checkpoints: [Int] = []
  private static let stride = 64

  /// Indexes valid UTF-8 from `base` on.
  ///
  /// O(n).
  init(_ bytes: [UInt8], from base: Int) {
    self.bytes = bytes
    self.base = base
    guard bytes.contains(where: { $0 >= 0x80 }) else { return }
    var scalars = 0
    for offset in base..<bytes.count where bytes[offset] & 0xC0 != 0x80 {
      if scalars % Self.stride == 0 { checkpoints.append(offset) }
      scalars += 1
    }
  }

  /// The byte offset of a scalar, clamped to the end.
  ///
  /// O(1).
  subscript(index: Int) -> Int {
    guard !checkpoints.isEmpty else { return min(base + index, bytes.count) }
    let checkpoint = index / Self.stride
    guard checkpoint < checkpoints.count else { return bytes.count }
    var offset = checkpoints[checkpoint]
    var remaining = index % Self.stride
    while remaining > 0, offset < bytes.count {
      offset += 1
      while offset < bytes.count, bytes[offset] & 0xC0 == 0x80 { offset += 1 }
      remaining -= 1
    }
    return offset
  }
}
