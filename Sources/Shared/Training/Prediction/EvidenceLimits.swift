internal import Contract

/// How little can be seen before nothing is said of a video.
///
/// These are not learned. They lie beyond what the labelled clips of six public data sets show, so that a
/// detector trained on such clips has met nothing like it: see docs/detector.md for what was measured.
package enum EvidenceLimits {
  /// Pictures with a face that a video must have; fewer where the model's recipe looks at fewer.
  package static let leastFrames = 4
  /// Median of the shorter side of the faces in the displayed picture, in pixels.
  package static let leastFacePixels = 24.0
  /// Median blur of the crops: see `PixelBuffer.blur(in:)`.
  package static let mostBlur = -1.0
  /// Median luma of the crops' inner faces, 0...255.
  package static let leastLuma = 12.0
  /// Share of a video that must be readable.
  package static let leastReadableShare = 0.5

  /// What is known of how much can be seen of a video, or of one of its faces.
  struct Sight {
    /// Whether it is one picture by nature.
    var isStill: Bool
    /// Pictures that the video has, those that were chosen, read, and that show the face.
    var frameCount: Int
    var framesChosen: Int
    var framesRead: Int
    var framesWithFace: Int
    /// Most pictures that the recipe looks at.
    var framesAsked: Int
    var readableSeconds: Double?
    var claimedSeconds: Double?
    var firstLossSeconds: Double?
    /// Of each crop.
    var facePixels: [Double]
    var blurs: [Double]
    var lumas: [Double]
  }

  /// The reasons that lie in what can be seen, whatever the network says of it.
  static func doubts(_ sight: Sight) -> [Doubt] {
    var doubts: [Doubt] = []
    if let doubt = damage(sight) { doubts.append(doubt) }
    guard sight.framesWithFace > 0 else {
      return doubts + [
        Doubt(.noFace, "no face was found in \(counted(sight.framesRead, "picture"))")
      ]
    }
    let least = sight.isStill ? 1 : min(leastFrames, sight.framesAsked)
    if sight.frameCount < least {
      doubts.append(
        Doubt(
          .tooShort,
          "the video is too short: \(counted(sight.frameCount, "picture")), at least \(least) are needed"
        ))
    } else if sight.framesWithFace < least {
      doubts.append(
        Doubt(
          .facesTooRare,
          "a face was seen in \(sight.framesWithFace) of \(counted(sight.framesRead, "picture")), at "
            + "least \(least) are needed"))
    }
    let pixels = median(sight.facePixels)
    if pixels < leastFacePixels {
      doubts.append(
        Doubt(
          .facesTooSmall,
          "the faces are too small: \(whole(pixels)) pixels, at least \(whole(leastFacePixels)) are "
            + "needed"))
    }
    if median(sight.blurs) > mostBlur {
      doubts.append(Doubt(.facesTooBlurred, "the faces are too blurred to see any detail"))
    }
    if median(sight.lumas) < leastLuma {
      doubts.append(
        Doubt(
          .facesTooDark,
          "the faces are too dark: a brightness of \(whole(median(sight.lumas))) of 255, at least "
            + "\(whole(leastLuma)) is needed"))
    }
    return doubts
  }

  private static func damage(_ sight: Sight) -> Doubt? {
    let ofTime = sight.claimedSeconds.flatMap { claimed in
      sight.readableSeconds.map { claimed > 0 ? $0 / claimed : 1 }
    }
    let ofPictures = Double(sight.framesRead) / Double(max(sight.framesChosen, 1))
    let share = min(ofTime ?? 1, ofPictures)
    guard share < leastReadableShare else { return nil }
    let start = sight.firstLossSeconds.map { "damaged from second \(tenths($0)) on" } ?? "damaged"
    return Doubt(.damaged, "the video is \(start): \(Int(share * 100))% of it can be read")
  }

  /// The middle value; NaN, which passes every limit, where there is none.
  private static func median(_ values: [Double]) -> Double {
    guard !values.isEmpty else { return .nan }
    return values.sorted()[values.count / 2]
  }

  private static func whole(_ value: Double) -> String {
    Int(exactly: value.rounded()).map(String.init) ?? "no"
  }

  /// Seconds with one decimal.
  static func tenths(_ seconds: Double) -> String {
    guard let tenths = Int(exactly: (seconds * 10).rounded()) else { return "\(seconds)" }
    return "\(tenths / 10).\(abs(tenths % 10))"
  }

  /// "1 picture", "2 pictures".
  static func counted(_ count: Int, _ noun: String) -> String {
    count == 1 ? "1 \(noun)" : "\(count) \(noun)s"
  }
}
