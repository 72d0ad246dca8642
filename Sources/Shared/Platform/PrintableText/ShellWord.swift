extension StringProtocol {
  /// The text as one word of a POSIX shell's command line: unchanged if it has no special
  /// characters, else in quotes. Used for paths in commands that a message advises, so that they
  /// can be copied.
  package var shellWord: String {
    let isPlain = utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: "/._-=,:+@%".utf8.contains(byte)
      }
    }
    guard !isPlain || isEmpty else { return String(self) }
    return "'" + split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
      + "'"
  }
}
