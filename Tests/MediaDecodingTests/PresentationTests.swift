import Testing

@testable import MediaDecoding

/// Presentation times in ticks of an MP4 file.
@Suite struct PresentationTests {
  private func presentation(
    _ times: [Int64], numerator: Int32, denominator: Int32, start: Double? = nil
  ) throws -> Presentation {
    try Presentation(
      times: times, end: (times.last ?? 0) + 1,
      timeBase: (numerator, denominator), startSeconds: start)
  }

  /// The timescale is the input's own, or a multiple of it.
  @Test func ownTicks() throws {
    let film = try presentation([0, 1, 2, 5], numerator: 1001, denominator: 30000)
    #expect(film.timescale == 30000 && film.ticks == [0, 1001, 2002, 5005] && film.end == 6006)
    let coarse = try presentation([7, 8, 10], numerator: 1, denominator: 25)
    #expect(coarse.timescale == 12800 && coarse.ticks == [0, 512, 1536])
    #expect(coarse.duration(at: 0) == 512 && coarse.duration(at: 512) == 1024)
    #expect(coarse.duration(at: 1536) == 512)
    let reduced = try presentation([0, 1], numerator: 1000, denominator: 25000)
    #expect(reduced.timescale == 12800 && reduced.ticks == [0, 512])
  }

  /// A clock that is finer than microseconds is rounded, and no two pictures fall together.
  @Test func fineTicks() throws {
    let fine = try presentation([0, 10, 20, 40_000_000], numerator: 1, denominator: 1_000_000_000)
    #expect(fine.timescale == 1_000_000 && fine.ticks == [0, 1, 2, 40_000])
  }

  /// Times count from the earliest stream, but not from one that can't be right.
  @Test func starts() throws {
    #expect(
      try presentation([90_000, 93_600], numerator: 1, denominator: 90_000, start: 0.5).ticks
        == [45_000, 48_600])
    #expect(
      try presentation([90_000, 93_600], numerator: 1, denominator: 90_000, start: 2).ticks
        == [0, 3600])
    for start in [-1e300, 1e300, .nan, .infinity, -1e7] {
      #expect(
        try presentation([90_000], numerator: 1, denominator: 90_000, start: start).ticks
          == [0])
    }
  }

  /// Gaps make ticks coarser, and too long ones are refused.
  @Test func gaps() throws {
    let hours = try presentation([0, 3600 * 20 * 90_000], numerator: 1, denominator: 90_000)
    #expect(hours.timescale == 10_000 && hours.ticks == [0, 3600 * 20 * 10_000])
    for gap in [Int64(90_000) * 86_400 * 30, 1 << 60, 1 << 61] {
      let error = #expect(throws: MediaError.self) {
        try presentation([0, gap], numerator: 1, denominator: 90_000)
      }
      #expect(error?.message.contains("more than an MP4 file can say") == true)
    }
    #expect(try presentation([0, 1, 2], numerator: 0, denominator: 1).ticks == [0, 1, 2])
  }
}
