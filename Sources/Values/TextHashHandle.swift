// INVARIANT: the bytes are lent by the text for the length of one call and only read.

extension Hasher {
  /// Adds the bytes of a text all at once, as maps of many keys spend their time here.
  ///
  /// Then the count, so that no text hashes as the beginning of another.
  mutating func combine(bytesOf text: String) {
    var text = text
    text.withUTF8 { utf8 in unsafe combine(bytes: UnsafeRawBufferPointer(utf8)) }
    combine(text.utf8.count)
  }
}
