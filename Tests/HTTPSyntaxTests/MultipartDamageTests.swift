import HTTPSyntax
import TestSupport
import Testing

/// Damaged bodies: no trap, no more content than input, and the same result for every division into
/// pieces.
@Suite struct MultipartDamageTests {
  @Test func damagedBodies() {
    var random = SplitMix64(state: 20_260_101)
    var errors: [MultipartError.Code?: Int] = [:]
    for number in 0..<10_000 {
      let fixture = MultipartFixture.all[random.below(MultipartFixture.all.count)]
      var body = fixture.body
      for _ in 0...random.below(4) { damage(&body, &random) }
      var contentType = fixture.contentType
      if random.below(20) == 0 {
        var bytes = Array(contentType.utf8)
        damage(&bytes, &random)
        contentType = String(decoding: bytes, as: UTF8.self)
      }
      let whole = MultipartOutcome(body, contentType: contentType)
      #expect(whole.contentBytes <= body.count, "case \(number)")
      errors[whole.error?.code, default: 0] += 1
      let some = (0..<random.below(8)).map { _ in random.below(body.count + 1) }.sorted()
      for cuts in [some, Array(0..<body.count)] {
        let outcome = MultipartOutcome(body, contentType: contentType, cuts: cuts)
        #expect(outcome == whole, "case \(number), cuts \(cuts.prefix(10))")
      }
    }
    // The damage is neither harmless nor always the same.
    #expect(errors[nil, default: 0] > 500)
    for code: MultipartError.Code in [
      .truncated, .badHeader, .badDelimiter, .unnamedPart, .preambleTooLong,
    ] {
      #expect(errors[code, default: 0] > 20, "\(code)")
    }
  }

  private func damage(_ bytes: inout [UInt8], _ random: inout SplitMix64) {
    guard !bytes.isEmpty else { return bytes.append(UInt8(random.below(256))) }
    let start = random.below(bytes.count)
    let part = start..<min(bytes.count, start + 1 + random.below(60))
    switch random.below(9) {
    case 0: bytes[start] ^= 1 << UInt8(random.below(8))
    case 1: bytes[start] = Array("\r\n-\"\\;:=% ".utf8)[random.below(10)]
    case 2: bytes.removeSubrange(start...)
    case 3: bytes.removeSubrange(part)
    case 4: bytes.insert(contentsOf: Array(bytes[part]), at: random.below(bytes.count + 1))
    case 5:
      let donor = MultipartFixture.all[random.below(MultipartFixture.all.count)].body
      bytes.replaceSubrange(start..., with: donor[random.below(donor.count)...])
    case 6:
      let copies = repeatElement(Array(bytes[part]), count: 1 + random.below(40)).joined()
      bytes.insert(contentsOf: Array(copies), at: start)
    case 7: bytes.insert(contentsOf: Array("\r\n--".utf8), at: start)
    default: bytes.insert(UInt8(random.below(256)), at: start)
    }
  }
}

extension SplitMix64 {
  fileprivate mutating func below(_ count: Int) -> Int { Int.random(in: 0..<count, using: &self) }
}
