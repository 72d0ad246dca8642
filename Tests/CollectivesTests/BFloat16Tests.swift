import Testing

@testable import Collectives

@Suite struct BFloat16Tests {
  /// All of them are floats, and are unchanged after a round trip.
  @Test func allBitsComeBack() {
    for bits in UInt16.min...UInt16.max {
      let value = BFloat16.value(of: bits)
      if value.isNaN {
        #expect(BFloat16.value(of: BFloat16.bits(of: value)).isNaN)
      } else {
        #expect(BFloat16.bits(of: value) == bits)
      }
    }
  }

  /// The nearest one, compared with its neighbours on both sides.
  @Test func theNearestIsTaken() {
    for bits in stride(from: UInt32(0), to: 0x7f80_0000, by: 4_999) {
      for value in [Float(bitPattern: bits), -Float(bitPattern: bits)] {
        let found = Double(BFloat16.value(of: BFloat16.bits(of: value)))
        let (below, above) = (
          Double(BFloat16.value(of: UInt16(value.bitPattern >> 16))),
          Double(BFloat16.value(of: UInt16(value.bitPattern >> 16) + 1))
        )
        let distances = [below, above].map { abs($0 - Double(value)) }
        guard above.isFinite else { continue }
        #expect(abs(found - Double(value)) == distances.min(), "\(value)")
      }
    }
  }

  @Test func tiesGoToTheEvenOne() {
    // 1 + 2^-8 lies between 1 and 1 + 2^-7; 1 + 3 * 2^-8 between that and 1 + 2^-6.
    #expect(BFloat16.value(of: BFloat16.bits(of: 1.00390625)) == 1)
    #expect(BFloat16.value(of: BFloat16.bits(of: 1.01171875)) == 1.015625)
  }

  @Test func whatIsNoNumberStaysNone() {
    #expect(BFloat16.value(of: BFloat16.bits(of: .infinity)) == .infinity)
    #expect(BFloat16.value(of: BFloat16.bits(of: -.infinity)) == -.infinity)
    #expect(BFloat16.value(of: BFloat16.bits(of: .greatestFiniteMagnitude)) == .infinity)
    for bits in [UInt32(0x7fff_ffff), 0x7f80_0001, 0xffff_ffff, 0xff80_0001] {
      #expect(BFloat16.value(of: BFloat16.bits(of: Float(bitPattern: bits))).isNaN)
    }
  }
}
