internal import Contract
internal import Evaluation
package import FaceDetection
internal import FaceExtraction
internal import Imaging
internal import MediaDecoding
internal import ModelFiles
package import NeuralNetwork
internal import Workers

/// Judges videos: finds the faces by the model's recipe, computes the network's answer for each
/// crop, and combines the answers by the model's own rule.
///
/// Bit for bit, the crops are those that `extractor` would write, and the answers those that
/// `trainer evaluate` would give for them. Not Sendable: each worker has its own.
package final class VideoJudge {
  package let model: DetectorModel

  private let extractor: FaceExtractor
  private let judge: PictureJudge
  private let decoder: JPEGDecoder

  /// - Parameters:
  ///   - detector: Weights of the face detector; nil if the recipe needs none.
  ///   - threads: Number of threads that share the crops of a video.
  /// - Throws: `FaceDetectionError` if the weights aren't those that the recipe names.
  package init(_ model: DetectorModel, detector: MTCNNWeights?, threads: Int) throws {
    self.model = model
    extractor = try FaceExtractor(weights: detector, recipe: model.recipe)
    judge = PictureJudge(
      architecture: model.state.architecture, normalization: model.metadata.normalization,
      workers: threads)
    judge.load(model.state)
    decoder = try JPEGDecoder()
  }

  /// Judges a video file, a picture, or a folder of numbered pictures.
  ///
  /// - Parameters:
  ///   - isCancelled: Called between packets.
  ///   - progress: Called after each picture, with the share of the pictures processed so far.
  /// - Throws: `MediaError` if the input can't be read at all.
  package func judge(
    path: String, isCancelled: () -> Bool = { false }, progress: (Double) -> Void = { _ in }
  ) throws -> JudgedVideo {
    let most = Double(model.recipe.sampling.framesPerVideo)
    let faces = try extractor.extract(path: path, isCancelled: isCancelled) {
      progress(Double($0) / most)
    }
    let crops = chosen(faces.crops)
    let geometry = model.recipe.geometry
    let side = judge.architecture.inputSize
    var measures: [CropSight] = []
    var pictures: [PixelBuffer] = []
    for crop in crops {
      let stored = try decoder.decode(crop.image.span.bytes)
      measures.append(
        CropSight(
          pixels: Double(min(crop.box.width, crop.box.height)),
          blur: stored.blur(in: geometry.innerFace) ?? 0,
          luma: stored.meanLuma(in: geometry.innerFace) ?? 0))
      pictures.append(stored.networkInput(side: side))
    }
    let margins = judge.margins(of: pictures)
    let judged = zip(crops, margins).map { JudgedVideo.Crop(face: $0, margin: $1) }
    return JudgedVideo(
      finding: try finding(path, faces, judged, measures), crops: judged,
      information: faces.information)
  }

  /// Class activation maps of crops, in the same order.
  package func activationMaps(of crops: [JudgedVideo.Crop]) throws -> [ActivationMap] {
    let side = judge.architecture.inputSize
    return judge.activationMaps(
      of: try crops.map { try decoder.decode($0.face.image.span.bytes).networkInput(side: side) })
  }

  /// Measures of a crop's image quality.
  private struct CropSight {
    let pixels: Double
    let blur: Double
    let luma: Double
  }

  /// The crops of at most as many frames as the evaluations of the training use per video.
  private func chosen(_ crops: [FaceCrop]) -> [FaceCrop] {
    guard model.framesPerVideo > 0 else { return crops }
    var frames: [Int] = []
    for crop in crops where frames.last != crop.frame { frames.append(crop.frame) }
    let chosen = Set(evenMiddles(model.framesPerVideo, of: frames.count).map { frames[$0] })
    return crops.filter { chosen.contains($0.frame) }
  }

  private func finding(
    _ path: String, _ faces: VideoFaces, _ crops: [JudgedVideo.Crop], _ sights: [CropSight]
  ) throws -> VideoFinding {
    let information = faces.information
    var finding = VideoFinding(input: path)
    finding.video = VideoFinding.Video(
      width: information.widthPixels, height: information.heightPixels,
      seconds: information.durationSeconds, frames: information.frameCount,
      framesLookedAt: faces.framesSampled, framesWithFace: faces.framesWithFace,
      framesJudged: Set(crops.map(\.face.frame)).count,
      damagedFromSeconds: faces.firstLossSeconds)
    func sight(_ indices: [Int], frames: Int) -> EvidenceLimits.Sight {
      EvidenceLimits.Sight(
        isStill: information.isStill, frameCount: information.frameCount,
        framesChosen: faces.framesChosen, framesRead: faces.framesSampled, framesWithFace: frames,
        framesAsked: min(
          model.recipe.sampling.framesPerVideo,
          model.framesPerVideo > 0 ? model.framesPerVideo : Int.max),
        readableSeconds: information.durationSeconds, claimedSeconds: faces.claimedSeconds,
        firstLossSeconds: faces.firstLossSeconds,
        facePixels: indices.map { sights[$0].pixels }, blurs: indices.map { sights[$0].blur },
        lumas: indices.map { sights[$0].luma })
    }
    let whole = conclusion(
      margins: crops.map(\.margin),
      EvidenceLimits.doubts(sight(Array(crops.indices), frames: faces.framesWithFace)))
    finding.verdict = whole.verdict
    finding.probability = crops.isEmpty ? nil : whole.probability
    finding.doubts = whole.doubts
    for track in Set(crops.map(\.face.track)).sorted() {
      let members = crops.indices.filter { crops[$0].face.track == track }
      let sight = sight(members, frames: Set(members.map { crops[$0].face.frame }).count)
      let own = conclusion(margins: members.map { crops[$0].margin }, EvidenceLimits.doubts(sight))
      finding.faces.append(
        VideoFinding.Face(
          track: track, verdict: own.verdict, probability: own.probability, doubts: own.doubts,
          sizePixels: median(sight.facePixels), blur: median(sight.blurs),
          brightness: median(sight.lumas), frames: members.map { frame(crops[$0]) }))
    }
    finding.remarks = faces.notes.filter { !$0.hasPrefix("no face") } + remarks(on: finding)
    return finding
  }

  /// The verdict on some margins by the model's own rule.
  private func conclusion(
    margins: [Double], _ doubts: [Doubt]
  ) -> (verdict: VideoVerdict, probability: Double?, doubts: [Doubt]) {
    let calibration = model.metadata.calibration
    let probability = model.probability(margins: margins)
    guard probability.isFinite else {
      return (.cannotTell, nil, doubts + [Doubt(.noNumber, "the network computes no number")])
    }
    guard !margins.isEmpty, doubts.isEmpty else { return (.cannotTell, probability, doubts) }
    let verdict = VideoVerdict(calibration.verdict(probability: probability))
    guard verdict == .cannotTell else { return (verdict, probability, []) }
    let bounds = [calibration.lowerBound, calibration.upperBound].map { Self.hundredths($0) }
    return (
      verdict, probability,
      [
        Doubt(
          .betweenBounds,
          "the probability of fake, \(Self.hundredths(probability)), lies between the model's bounds "
            + "\(bounds[0]) and \(bounds[1]), where it is wrong too often")
      ]
    )
  }

  private func frame(_ crop: JudgedVideo.Crop) -> VideoFinding.Frame {
    let probability = model.probability(margins: [crop.margin])
    let box = crop.face.box
    return VideoFinding.Frame(
      frame: crop.face.frame, seconds: crop.face.timestampSeconds,
      box: [box.x1, box.y1, box.x2, box.y2].map { Double($0) },
      probability: probability.isFinite ? probability : nil,
      margin: crop.margin.isFinite ? crop.margin : nil)
  }

  /// Remarks that the verdict on the whole video doesn't contain.
  private func remarks(on finding: VideoFinding) -> [String] {
    var remarks: [String] = []
    let called = finding.faces.count { $0.verdict == .fake }
    if called > 0, called < finding.faces.count || finding.verdict != .fake {
      remarks.append(
        "\(called) of \(EvidenceLimits.counted(finding.faces.count, "face")) "
          + (called == 1 ? "is" : "are") + " called fake by "
          + (called == 1 ? "itself" : "themselves"))
    }
    if let caution = model.caution { remarks.append(caution) }
    return remarks
  }

  private func median(_ values: [Double]) -> Double {
    values.isEmpty ? 0 : values.sorted()[values.count / 2]
  }

  /// A probability with two decimals.
  static func hundredths(_ probability: Double) -> String {
    let value = Int((min(max(probability, 0), 1) * 100).rounded())
    return "\(value / 100).\(value % 100 < 10 ? "0" : "")\(value % 100)"
  }
}
