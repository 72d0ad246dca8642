internal import Randomness

/// Damage to text that knows its words: quoted strings, numbers, names and signs of JSON, CSV, YAML and
/// lists.
enum TextMutator {
  static func mutate(_ bytes: inout [UInt8], _ random: inout RandomStream) {
    if random.happens(0.12) { return ByteMutator.mutate(&bytes, &random) }
    let count = random.happens(0.7) ? 1 : 1 + random.below(4)
    for _ in 0..<count { change(&bytes, &random) }
  }

  /// Replaces one value and leaves the rest as it is.
  static func replaceValue(_ bytes: inout [UInt8], _ random: inout RandomStream) {
    let words = words(bytes).filter { isValue(bytes[$0.lowerBound]) }
    guard !words.isEmpty else { return }
    let word = words[random.below(words.count)]
    let first = bytes[word.lowerBound]
    let isNumber = first == 0x2D || first == 0x2E || (0x30...0x39).contains(first)
    // Half of the time a value of the same kind, which gets further.
    if isNumber, random.happens(0.6) {
      bytes.replaceSubrange(word, with: Array(numbers[random.below(numbers.count)].utf8))
    } else if first == 0x22, random.happens(0.5) {
      let text = values[random.below(values.count)].replacing("\"", with: "")
      bytes.replaceSubrange(word, with: Array("\"\(text)\"".utf8))
    } else {
      bytes.replaceSubrange(word, with: value(bytes, &random))
    }
  }

  private static let numbers: [String] = [
    "0", "-0", "-1", "1", "2", "0.5", "1.5", "-0.0", "1e308", "-1e308", "1e18", "1e19", "1e999",
    "1e-320", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
    "18446744073709551615", "2147483647", "2147483648", "4294967296", "9007199254740993", "100000",
    "1000000", "NaN", "-1e19", "0.1", "3.0", "65536", "-2147483649", "1e15", "1e16", "0.0",
  ]

  private static let values: [String] = [
    "NaN", "nan", "Infinity", "-Infinity", "inf", ".nan", ".inf", "-.inf", "1e999", "-1e999",
    "1e-999", "0", "-0", "-1", "1", "2", "0.5", "1.5", "-0.0", "1e308", "1e18", "1e19",
    "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809",
    "18446744073709551616", "2147483648", "4294967296", "9007199254740993",
    "1000000000000000000000000000000", "0x10", "0b1", "1_000", "01", "+1", "1.", ".5", "1e", "null",
    "~", "None", "true", "false", "yes", "no", "True", "[]", "{}", "[[]]", "[null]", "{\"a\":1}",
    "\"\"", "\"a\"", "\"1\"", "\"\\u0000\"", "\"\\ud800\"", "\"\\u202e\"", "\"\\n\"",
    "\"../../etc/passwd\"", "\"/\"", "\"real\"", "\"fake\"", "real", "fake", "REAL", "FAKE",
    "train", "validation", "test", "../x", "/dev/null", ".", "..", "", " ", "\t", "'", "\"", "\\",
    ",", ";", "|", ":", "- ", "#", "&a", "*a", "!!int", "<<", "? ", "|", ">", "%", "@", "`",
    "\u{FEFF}", "\u{202E}", "\u{0}", "\u{7F}", "\u{1B}[31m", "\u{2028}", "é", "e\u{301}",
    "\u{1F600}", "12:30:45", "2001-01-01", "1:2", "{a: b}", "[1, 2",
  ]

  private static func value(_ bytes: [UInt8], _ random: inout RandomStream) -> [UInt8] {
    switch random.below(16) {
    case 0: return Array(repeating: UInt8(ascii: "9"), count: 1 + random.below(5000))
    case 1: return [0x22] + Array(repeating: 0x61, count: 1 + random.below(70_000)) + [0x22]
    case 2: return nested("[", &random)
    case 3: return nested("{\"a\":", &random)
    case 4:
      return [[0xFF], [0xC3, 0x28], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80]][random.below(4)]
    case 5, 6:
      let words = words(bytes)
      return words.isEmpty ? [] : Array(bytes[words[random.below(words.count)]])
    case 7: return Array("\(random.next())".utf8)
    default: return Array(values[random.below(values.count)].utf8)
    }
  }

  private static func nested(_ text: String, _ random: inout RandomStream) -> [UInt8] {
    let depths = [2, 20, 63, 64, 65, 255, 256, 257, 511, 512, 513, 514, 3000, 100_000]
    let depth = depths[random.below(depths.count)]
    return Array(String(repeating: text, count: depth).utf8)
  }

  private static func change(_ bytes: inout [UInt8], _ random: inout RandomStream) {
    let words = words(bytes)
    guard words.count > 1 else {
      bytes = value(bytes, &random)
      return
    }
    let word = words[random.below(words.count)]
    let lines = lines(bytes)
    let line = lines[random.below(lines.count)]
    switch random.below(20) {
    case 0: bytes.removeSubrange(word)
    case 1: bytes.insert(contentsOf: bytes[word], at: word.lowerBound)
    case 2: bytes.insert(contentsOf: bytes[line], at: line.lowerBound)
    case 3: bytes.removeSubrange(line)
    case 4:
      bytes.insert(contentsOf: Array(bytes[line]), at: lines[random.below(lines.count)].lowerBound)
    case 5: bytes.insert(contentsOf: value(bytes, &random), at: word.lowerBound)
    case 6: bytes = [0xEF, 0xBB, 0xBF] + bytes
    case 7: bytes = replaced(bytes, 0x0A, [[0x0D, 0x0A], [0x0D], [0x0A, 0x0A]][random.below(3)])
    case 8: bytes.removeSubrange(word.lowerBound...)
    case 12:
      // Depth counts from the top, and the end of a text is a place of its own.
      let text = nested(random.happens(0.7) ? "[" : "{\"a\":", &random)
      bytes = random.happens(0.5) ? text : bytes[..<word.lowerBound] + text
    case 9:
      let separators: [UInt8] = [0x2C, 0x3B, 0x09, 0x7C, 0x20, 0x3A]
      bytes = replaced(bytes, separators[random.below(6)], [separators[random.below(6)]])
    case 10:
      bytes.insert(contentsOf: repeatElement(0x20, count: 1 + random.below(4)), at: line.lowerBound)
    case 11:
      let other = words[random.below(words.count)]
      if word.upperBound <= other.lowerBound {
        let (first, second) = (Array(bytes[word]), Array(bytes[other]))
        bytes.replaceSubrange(other, with: first)
        bytes.replaceSubrange(word, with: second)
      }
    default: replaceValue(&bytes, &random)
    }
  }

  private static func replaced(_ bytes: [UInt8], _ old: UInt8, _ new: [UInt8]) -> [UInt8] {
    bytes.flatMap { $0 == old ? new : [$0] }
  }

  private static func isValue(_ byte: UInt8) -> Bool {
    byte == 0x22 || byte == 0x27 || byte == 0x2D || byte == 0x2E || byte >= 0x80
      || (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF)
  }

  /// The lines with their ends.
  private static func lines(_ bytes: [UInt8]) -> [Range<Int>] {
    var lines: [Range<Int>] = []
    var start = 0
    for (index, byte) in bytes.enumerated() where byte == 0x0A {
      lines.append(start..<index + 1)
      start = index + 1
    }
    if start < bytes.count || lines.isEmpty { lines.append(start..<bytes.count) }
    return lines
  }

  /// Quoted strings, runs of letters, digits and points, and single signs.
  private static func words(_ bytes: [UInt8]) -> [Range<Int>] {
    var words: [Range<Int>] = []
    var index = 0
    while index < bytes.count {
      let start = index
      let byte = bytes[index]
      index += 1
      if byte == 0x22 {
        while index < bytes.count, bytes[index] != 0x22, bytes[index] != 0x0A {
          index += bytes[index] == 0x5C ? 2 : 1
        }
        index = min(index + 1, bytes.count)
      } else if isValue(byte) {
        while index < bytes.count, isValue(bytes[index]), bytes[index] != 0x22 { index += 1 }
      } else if byte == 0x20 {
        continue
      }
      words.append(start..<index)
    }
    return words
  }
}
