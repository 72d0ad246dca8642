/// An IP address that is read from text.
enum IPAddress: Equatable {
  case v4([UInt8])
  /// Eight groups.
  case v6([UInt16])

  /// Parses `192.0.2.1`: four decimal numbers without leading zeros.
  init?(v4 text: some StringProtocol) {
    let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    let numbers = parts.compactMap { part -> UInt8? in
      guard (1...3).contains(part.count), part.allSatisfy(\.isDigit),
        part.count == 1 || part.first != 0x30
      else { return nil }
      return UInt8(String(decoding: part, as: UTF8.self))
    }
    guard parts.count == 4, numbers.count == 4 else { return nil }
    self = .v4(numbers)
  }

  /// Parses `2001:db8::1` (RFC 4291, section 2.2), without a zone.
  init?(v6 text: some StringProtocol) {
    let halves = String(text).split(separator: "::", omittingEmptySubsequences: false)
    switch halves.count {
    case 1:
      guard let groups = Self.groups(halves[0], isEnd: true), groups.count == 8 else { return nil }
      self = .v6(groups)
    case 2:
      guard let head = Self.groups(halves[0], isEnd: false),
        let tail = Self.groups(halves[1], isEnd: true), head.count + tail.count < 8
      else { return nil }
      self = .v6(head + Array(repeating: 0, count: 8 - head.count - tail.count) + tail)
    default: return nil
    }
  }

  /// The groups between two colons; the last may be an address of version 4.
  private static func groups(_ text: Substring, isEnd: Bool) -> [UInt16]? {
    if text.isEmpty { return [] }
    var groups: [UInt16] = []
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    for (index, part) in parts.enumerated() {
      if isEnd, index == parts.count - 1, case .v4(let bytes) = IPAddress(v4: part) {
        groups.append(UInt16(bytes[0]) << 8 | UInt16(bytes[1]))
        groups.append(UInt16(bytes[2]) << 8 | UInt16(bytes[3]))
      } else if (1...4).contains(part.utf8.count),
        part.utf8.allSatisfy({ $0.hexadecimalValue != nil }), let group = UInt16(part, radix: 16)
      {
        groups.append(group)
      } else {
        return nil
      }
    }
    return groups
  }

  /// Whether the address is one of this machine: 127.0.0.0/8 or ::1.
  var isLoopback: Bool {
    switch self {
    case .v4(let bytes): bytes.first == 127
    case .v6(let groups): groups == [0, 0, 0, 0, 0, 0, 0, 1]
    }
  }

  /// The canonical text of the address (RFC 5952): the longest run of zeros is `::`.
  var text: String {
    switch self {
    case .v4(let bytes): return bytes.map(String.init).joined(separator: ".")
    case .v6(let groups):
      var zeros = 0..<0
      var start = 0
      for end in 1...groups.count
      where end == groups.count || groups[end] != 0 || groups[start] != 0 {
        if groups[start] == 0, end - start > max(zeros.count, 1) { zeros = start..<end }
        start = end
      }
      func joined(_ groups: ArraySlice<UInt16>) -> String {
        groups.map { String($0, radix: 16) }.joined(separator: ":")
      }
      if zeros.isEmpty { return joined(groups[...]) }
      return joined(groups[..<zeros.lowerBound]) + "::" + joined(groups[zeros.upperBound...])
    }
  }
}
