internal import Contract
internal import FaceDetection
internal import FaceExtraction
internal import Files
internal import Foundation
internal import Imaging
internal import MediaDecoding
package import NeuralNetwork
package import Prediction
internal import Workers

/// Draws the results into a video: around each face a box with its number, answer and probability,
/// over the face the class activation map, and in a corner the answer to the whole video.
///
/// Between two judged frames everything is interpolated; during longer intervals without the face,
/// nothing is drawn.
package struct VideoAnnotator {
  /// Results for a face in one frame.
  private struct Key {
    var frame: Double
    /// Left, top, right, bottom.
    var box: SIMD4<Double>
    var probability: Double
    var map: HeatMap?
    /// Transform from the crop to the frame.
    var transform: SimilarityTransform?
  }

  private struct Track {
    var name: String
    var colour: SIMD3<UInt8>
    var keys: [Key]
  }

  private let model: DetectorModel
  private let input: String
  private let title: String
  private let titleColour: SIMD3<UInt8>
  private let tracks: [Track]
  /// Average number of frames from one judged frame to the next.
  private let interval: Double
  private let isStill: Bool

  /// Whether this FFmpeg can write videos.
  package static var isAvailable: Bool { AnnotatedClip.isAvailable }

  /// - Parameter maps: Activation maps of the judged crops, in the same order.
  package init(_ judged: JudgedVideo, maps: [ActivationMap], model: DetectorModel) {
    let finding = judged.finding
    self.model = model
    input = finding.input
    let number = finding.probability.map { " " + Self.hundredths($0) } ?? ""
    let caution = model.caution == nil ? "" : ", BY A MODEL THAT ISN'T KNOWN TO BE SOUND"
    title = (finding.verdict ?? .cannotTell).rawValue.uppercased() + number + caution
    titleColour = Self.colour(finding.verdict ?? .cannotTell)
    let video = finding.video
    // Not all pictures with a face are judged.
    let judgedShare = Double(video?.framesWithFace ?? 1) / Double(max(video?.framesJudged ?? 1, 1))
    interval =
      Double(video?.frames ?? 1) / Double(max(video?.framesLookedAt ?? 1, 1)) * max(judgedShare, 1)
    isStill = finding.video.map { $0.frames == 1 && $0.seconds == nil } ?? false
    let crops = zip(judged.crops, maps)
    let geometry = model.recipe.geometry
    tracks = finding.faces.map { face in
      let own = crops.filter { $0.0.face.track == face.track }
      let heats = own.map { HeatMap(width: $1.width, height: $1.height, values: $1.values) }
      // One scale for the whole video, so that frames with little evidence get pale colours.
      let strongest = heats.compactMap { $0?.strongest }.max() ?? 0
      let keys = zip(own, heats).map { crop, heat -> Key in
        let box = crop.0.face.box
        return Key(
          frame: Double(crop.0.face.frame),
          box: SIMD4(Double(box.x1), Double(box.y1), Double(box.x2), Double(box.y2)),
          probability: model.probability(margins: [crop.0.margin]),
          map: strongest > 0 ? heat?.dividing(by: strongest) : nil,
          transform: crop.0.face.placement(geometry))
      }
      return Track(
        name: finding.faces.count > 1 ? "\(face.track + 1): " : "",
        colour: Self.colour(face.verdict), keys: keys)
    }
  }

  /// Writes the annotated video; a still picture becomes a JPEG file.
  ///
  /// - Parameters:
  ///   - output: Path of the file.
  ///   - threads: Number of threads of the encoder.
  ///   - progress: Called after each frame, with the number of frames written and of all frames.
  /// - Returns: Remarks on the file, a sentence each.
  /// - Throws: `WorkStopped` if it was cancelled; `MediaError` if a file can't be read or written.
  ///   No file is changed then.
  package func write(
    to output: String, threads: Int, isCancelled: () -> Bool, progress: (Int, Int) -> Void
  ) throws -> [String] {
    if isStill {
      try writePicture(to: output, isCancelled)
      return []
    }
    var options = AnnotatedClip.Options()
    options.encoderThreads = threads
    do {
      return try AnnotatedClip.write(
        from: input, to: output, pixels: model.recipe.pixels, options: options,
        isCancelled: isCancelled, progress: progress
      ) { picture, frame, _ in draw(into: &picture, frame: Double(frame)) }.notes
    } catch let error as MediaError where error.code == .cancelled {
      throw WorkStopped()
    }
  }

  private func writePicture(to output: String, _ isCancelled: () -> Bool) throws {
    let source = try openFrames(path: input, pixels: model.recipe.pixels, isCancelled: isCancelled)
    let encoder = try JPEGEncoder(quality: 92, chroma: .full)
    _ = try source.decodeFrames(count: 1, isCancelled: isCancelled) { frame in
      var picture = try frame.picture()
      draw(into: &picture, frame: 0)
      try AtomicFile.write(try encoder.encode(picture), to: output)
    }
  }

  /// Draws all results into a frame.
  private func draw(into picture: inout PixelBuffer, frame: Double) {
    let scale = picture.annotationScale
    let found = tracks.compactMap { track in key(track.keys, at: frame).map { (track, $0) } }
    for (_, key) in found {
      guard let map = key.map, let transform = key.transform else { continue }
      picture.overlay(
        map, ofCropSize: model.recipe.geometry.sizePixels, by: transform, strength: 0.5)
    }
    for (track, key) in found {
      let rectangle = PixelRectangle(
        x: Self.pixels(key.box.x), y: Self.pixels(key.box.y),
        width: Self.pixels(key.box.z - key.box.x), height: Self.pixels(key.box.w - key.box.y))
      picture.drawOutline(of: rectangle, thickness: scale, colour: track.colour)
      picture.drawLabel(
        track.name + Self.hundredths(key.probability), on: rectangle, scale: scale,
        ground: track.colour)
    }
    picture.drawLabel(
      title, on: PixelRectangle(x: 0, y: 0, width: picture.width, height: picture.height),
      scale: scale, ground: titleColour)
  }

  /// Interpolated results for a face in a frame; nil if the face was not seen near it.
  private func key(_ keys: [Key], at frame: Double) -> Key? {
    guard let next = keys.firstIndex(where: { $0.frame >= frame }) else {
      return keys.last.flatMap { frame - $0.frame <= interval ? $0 : nil }
    }
    guard next > 0 else { return keys[0].frame - frame <= interval ? keys[0] : nil }
    let (left, right) = (keys[next - 1], keys[next])
    guard right.frame - left.frame <= 2.5 * interval else {
      if frame - left.frame <= interval / 2 { return left }
      return right.frame - frame <= interval / 2 ? right : nil
    }
    let share = (frame - left.frame) / max(right.frame - left.frame, 1e-9)
    return Key(
      frame: frame, box: left.box + (right.box - left.box) * share,
      probability: left.probability + (right.probability - left.probability) * share,
      map: Self.mixed(left.map, right.map, share),
      transform: Self.mixed(left.transform, right.transform, share))
  }

  private static func mixed(_ left: HeatMap?, _ right: HeatMap?, _ share: Double) -> HeatMap? {
    guard let left, let right, left.values.count == right.values.count else { return left ?? right }
    return HeatMap(
      width: left.width, height: left.height,
      values: zip(left.values, right.values).map { $0 + ($1 - $0) * Float(share) })
  }

  private static func mixed(
    _ left: SimilarityTransform?, _ right: SimilarityTransform?, _ share: Double
  ) -> SimilarityTransform? {
    guard let left, let right else { return left ?? right }
    return SimilarityTransform(
      a: left.a + (right.a - left.a) * share, b: left.b + (right.b - left.b) * share,
      tx: left.tx + (right.tx - left.tx) * share, ty: left.ty + (right.ty - left.ty) * share)
  }

  /// The length rounded to whole pixels and limited, because a network with other weights may give
  /// any value.
  private static func pixels(_ length: Double) -> Int {
    length.isFinite ? Int(min(max(length.rounded(), -1e6), 1e6)) : 0
  }

  /// Blue, orange and grey, which can be distinguished with any kind of colour vision.
  private static func colour(_ verdict: VideoVerdict) -> SIMD3<UInt8> {
    switch verdict {
    case .real: SIMD3(0, 114, 178)
    case .fake: SIMD3(213, 94, 0)
    case .cannotTell: SIMD3(96, 96, 96)
    }
  }

  private static func hundredths(_ probability: Double) -> String {
    probability.isFinite ? String(format: "%.2f", probability) : "-"
  }
}
