internal import CFFmpeg

/// Presentation times of a video's pictures, in ticks that an MP4 file can hold; times count from
/// the file's earliest picture or sound.
struct Presentation {
  /// Ticks per second.
  let timescale: Int32
  /// Time of each picture; ascending, without duplicates.
  let ticks: [Int64]
  /// Time at which the last picture's presentation ends.
  let end: Int64
  /// The time of the input that is 0 here.
  let origin: (ticks: Int64, timeBase: AVRational)

  /// Largest timescale; no camera has more ticks per second.
  private static let finest: Int64 = 1_000_000
  /// Smallest timescale that libavformat accepts.
  private static let coarsest: Int64 = 10_000

  /// Maximum number of ticks from one picture to the next (ISO/IEC 14496-12, 8.6.1.2), with room
  /// for rounding.
  private static let mostTicks = Int32.max / 2

  /// - Parameters:
  ///   - times: presentation times in ascending order.
  ///   - end: time at which the last picture's presentation ends.
  ///   - timeBase: seconds per tick of both.
  ///   - startSeconds: time at which the file's earliest stream begins; nil for that of the first
  ///     picture.
  /// - Throws: `MediaError.Code.writingFailed` if an MP4 file can't hold the times.
  init(
    times: [Int64], end: Int64, timeBase ratio: (numerator: Int32, denominator: Int32),
    startSeconds: Double?
  ) throws(MediaError) {
    let timeBase = AVRational(num: ratio.numerator, den: ratio.denominator)
    let first = times.first ?? 0
    let start = (startSeconds ?? 0) / av_q2d(timeBase)
    // If the start is far from the pictures, one of the two is wrong.
    let isNear = abs(start - Double(first)) * av_q2d(timeBase) < 3600
    let origin = startSeconds != nil && isNear ? min(Int64(start.rounded()), first) : first
    let timescale = try Presentation.timescale(for: times, timeBase)
    let target = AVRational(num: 1, den: timescale)
    var ticks: [Int64] = []
    ticks.reserveCapacity(times.count)
    for time in times {
      let tick = av_rescale_q(time - origin, timeBase, target)
      // Two pictures may fall on one tick if it is longer than the input's own.
      ticks.append(max(tick, (ticks.last ?? -1) + 1))
    }
    self.timescale = timescale
    self.ticks = ticks
    let last = ticks.last ?? 0
    let longest = Int64(Presentation.mostTicks)
    self.end = min(max(av_rescale_q(end - origin, timeBase, target), last + 1), last + longest)
    self.origin = (origin, timeBase)
  }

  /// - Parameters:
  ///   - seconds: presentation times in ascending order.
  ///   - lastSeconds: how long the last picture is shown, in seconds.
  init(seconds: [Double], lastSeconds: Double) throws(MediaError) {
    func tick(_ seconds: Double) -> Int64 {
      Int64((min(max(seconds, 0), 1e9) * Double(Presentation.finest)).rounded())
    }
    try self.init(
      times: seconds.map(tick), end: tick((seconds.last ?? 0) + lastSeconds),
      timeBase: (1, Int32(Presentation.finest)), startSeconds: 0)
  }

  /// How long the picture at a tick is shown, in ticks.
  func duration(at tick: Int64) -> Int64 {
    var (low, high) = (0, ticks.count)
    while low < high {
      let middle = (low + high) / 2
      if ticks[middle] <= tick { low = middle + 1 } else { high = middle }
    }
    return (low < ticks.count ? ticks[low] : end) - tick
  }

  /// The input's own timescale if it is fine enough, or a multiple of it, so that times stay exact.
  private static func timescale(
    for times: [Int64], _ timeBase: AVRational
  ) throws(MediaError) -> Int32 {
    let gap = zip(times, times.dropFirst()).reduce(0) { max($0, $1.1 - $1.0) }
    let gapSeconds = Double(gap) * av_q2d(timeBase)
    let limit = Double(mostTicks)
    let own = Int64(timeBase.den) / max(greatestCommonDivisor(timeBase), 1)
    var scale = max(own, 1)
    while scale < coarsest { scale *= 2 }
    if scale > finest { scale = finest }
    if Double(scale) * gapSeconds > limit { scale = coarsest }
    guard Double(scale) * gapSeconds <= limit else {
      throw MediaError(
        .writingFailed,
        "a picture is shown \(Int(min(gapSeconds, 1e15))) seconds after the one before: more "
          + "than an MP4 file can say")
    }
    return Int32(scale)
  }

  private static func greatestCommonDivisor(_ ratio: AVRational) -> Int64 {
    av_gcd(Int64(ratio.num), Int64(ratio.den))
  }
}
