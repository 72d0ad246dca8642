extension StringProtocol {
  /// The text as one word of a command line, as a POSIX shell reads it back: as it is where a shell sees
  /// nothing else in it, else in quotes. Advice that is typed as it stands needs it for each path.
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
