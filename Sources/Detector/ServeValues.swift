import CommandParts
import ArgumentParser
import Files
import Foundation

/// Sizes on the command line.
enum ByteCount {
  private static let units = [
    ("KIB", 1 << 10), ("MIB", 1 << 20), ("GIB", 1 << 30), ("KB", 1000), ("MB", 1_000_000),
    ("GB", 1_000_000_000), ("B", 1), ("", 1),
  ]

  /// Parses `500MB`, `2GB`, `4GiB` or a number of bytes; a MB is 1,000,000 bytes, a MiB 1,048,576.
  static func parse(_ text: String) throws -> Int {
    for (suffix, factor) in units where text.uppercased().hasSuffix(suffix) {
      guard let number = Int(text.dropLast(suffix.count)), number > 0 else { break }
      let (bytes, overflow) = number.multipliedReportingOverflow(by: factor)
      if !overflow { return bytes }
    }
    throw ValidationError("'\(text)': expected a size such as 500MB or 2GB")
  }
}

/// Durations on the command line.
enum TimeSpan {
  private static let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86400]

  /// Parses `90s`, `5m`, `12h` or `7d`; returns seconds.
  static func parse(_ text: String) throws -> Double {
    guard let unit = text.last, let factor = units[unit], let number = Int(text.dropLast()),
      (1...1_000_000).contains(number)
    else { throw ValidationError("'\(text)': expected a time such as 90s, 5m, 12h or 7d") }
    return Double(number) * factor
  }
}

/// The file of the tokens that clients need.
enum TokenFile {
  private static let leastCharacters = 16
  private static let mostBytes = 1 << 20

  /// Reads the tokens, one per line.
  static func read(_ path: String) throws -> [String] {
    let bytes = try FileSystem.contents(of: path, maximumBytes: mostBytes)
    let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
      .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    guard !lines.isEmpty, lines.allSatisfy({ $0.utf8.count >= leastCharacters }) else {
      throw CommandError(
        "\(path): expected a token of at least \(leastCharacters) characters in each line; "
          + "openssl rand -hex 32 makes one")
    }
    return lines
  }
}
