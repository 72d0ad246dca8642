internal import Contract

/// Limits of image quality and length beyond which the verdict on a video is "cannot tell".
///
/// They are not learned. They lie outside the range of the labelled clips of six public
/// data sets, so a detector trained on such clips has seen nothing like it: see
/// docs/detector.md for the measurements.
package enum EvidenceLimits {
  /// Smallest number of frames with a face; less if the model's recipe takes fewer frames.
  package static let leastFrames = 4
  /// Smallest median of the faces' shorter side in the displayed picture, in pixels.
  package static let leastFacePixels = 24.0
  /// Largest median blur of the crops, see `PixelBuffer.blur(in:)`.
  package static let mostBlur = -1.0
  /// Smallest median luma of the crops' inner faces, 0...255.
  package static let leastLuma = 12.0
  /// Smallest share of a video that must be readable.
  package static let leastReadableShare = 0.5

  /// Measures of the image quality and length of a video, or of one of its faces.
  struct Sight {
    /// Whether the input is a single picture rather than a video.
    var isStill: Bool
    /// Number of frames in the video; then of those chosen, of those read, and of
    /// those with the face.
    var frameCount: Int
    var framesChosen: Int
    var framesRead: Int
    var framesWithFace: Int
    /// Largest number of frames that the recipe takes.
    var framesAsked: Int
    var readableSeconds: Double?
    var claimedSeconds: Double?
    var firstLossSeconds: Double?
    /// Measures of each crop.
    var facePixels: [Double]
    var blurs: [Double]
    var lumas: [Double]
  }

  /// The reasons for doubt in image quality and length, independent of the network's answer.
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

  /// The middle value; NaN, which passes every limit, if there is none.
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
