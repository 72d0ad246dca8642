/// One of several equal parts of a data set, chosen by a hash of the videos' names.
package struct JobPart: Sendable {
  /// From 1.
  package let number: Int
  /// How many there are.
  package let count: Int

  /// The whole data set.
  package static let whole = JobPart(number: 1, count: 1)

  /// - Precondition: `number` is one of 1...`count`.
  package init(number: Int, count: Int) {
    precondition((1...max(count, 1)).contains(number), "a part is one of those there are")
    self.number = number
    self.count = count
  }

  /// Reads "2/8"; nil for anything else, and for more than 1000 parts.
  package init?(_ text: String) {
    let fields = text.split(separator: "/", omittingEmptySubsequences: false)
    guard fields.count == 2, let number = Int(fields[0]), let count = Int(fields[1]),
      (1...1000).contains(count), (1...count).contains(number)
    else { return nil }
    self.init(number: number, count: count)
  }

  /// As it is read: "2/8".
  package var text: String { "\(number)/\(count)" }

  /// The task's number in the store.
  package var task: Int { number - 1 }

  /// Whether this part does the video: FNV-1a of the name, modulo the number of parts.
  package func includes(_ name: String) -> Bool {
    guard count > 1 else { return true }
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return Int(hash % UInt64(count)) == number - 1
  }
}
