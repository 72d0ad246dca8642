/// The part of a content that the header Range requests (RFC 9110, section 14).
package enum ByteRange: Sendable, Equatable {
  /// All bytes: there is no header, or it is ignored, because it is malformed, has another unit or
  /// requests several ranges.
  case whole
  /// These bytes; the range is not empty and lies within the size.
  case part(Range<Int>)
  /// Bytes that don't exist: the answer has the status 416.
  case unsatisfiable

  /// Parses the value of a Range header, for content of `size` bytes.
  package init(header: String?, size: Int) {
    self = header.flatMap { Self.parse($0.utf8, size: max(size, 0)) } ?? .whole
  }

  /// Returns nil for a header that is ignored.
  private static func parse(_ header: String.UTF8View, size: Int) -> ByteRange? {
    let text = header.trimmed
    guard let equals = text.firstIndex(of: UInt8(ascii: "=")),
      text[..<equals].lowercasedText == "bytes"
    else { return nil }
    let range = text[text.index(after: equals)...].trimmed
    guard let hyphen = range.firstIndex(of: UInt8(ascii: "-")) else { return nil }
    let (first, last) = (range[..<hyphen], range[range.index(after: hyphen)...])
    guard !first.isEmpty else {
      // The last bytes. In empty content, an answer can't express them as a range.
      guard let count = number(last) else { return nil }
      if count == 0 { return .unsatisfiable }
      return size == 0 ? .whole : .part(size - min(count, size)..<size)
    }
    guard let start = number(first) else { return nil }
    guard let end = last.isEmpty ? Int.max : number(last) else { return nil }
    guard isOrdered(first, last) else { return nil }
    guard start < size else { return .unsatisfiable }
    return .part(start..<min(end, size - 1) + 1)
  }

  /// The value of digits, limited to `Int.max`; nil for other text.
  private static func number(_ text: Substring.UTF8View) -> Int? {
    guard !text.isEmpty, text.allSatisfy(\.isDigit) else { return nil }
    return text.reduce(0) { value, digit in
      let (tens, overflows) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflowsToo) = tens.addingReportingOverflow(Int(digit - 0x30))
      return overflows || overflowsToo ? .max : sum
    }
  }

  /// Whether the last position is not before the first, also if both exceed 64 bits.
  private static func isOrdered(_ first: Substring.UTF8View, _ last: Substring.UTF8View) -> Bool {
    if last.isEmpty { return true }
    let (first, last) = (first.drop { $0 == 0x30 }, last.drop { $0 == 0x30 })
    return first.count == last.count
      ? !last.lexicographicallyPrecedes(first) : first.count < last.count
  }
}
