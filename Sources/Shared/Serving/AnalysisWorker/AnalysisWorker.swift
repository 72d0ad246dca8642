package import Analyses
internal import Contract
package import FaceDetection
internal import FaceExtraction
internal import Files
internal import Foundation
internal import Imaging
internal import MediaDecoding
internal import NeuralNetwork
package import Prediction
internal import Reporting
internal import VerdictReports

/// The work of one worker process: one analysis, from an upload to the files
/// that the server serves.
///
/// The upload may be made to attack decoders. Therefore the work is done in a separate process,
/// which has no secrets, and which ends after one analysis.
package struct AnalysisWorker {
  private let model: DetectorModel
  private let modelDate: String?
  private let judge: VideoJudge
  private let threads: Int
  /// Sends a message to the server.
  private let say: (WorkerMessage) -> Void

  /// - Parameters:
  ///   - model: The model; clients see its `path`.
  ///   - detector: Weights of the face detector; nil if the recipe needs none.
  ///   - threads: Number of threads of the network and of the preview's encoder.
  ///   - say: Sends a message to the server.
  package init(
    _ model: DetectorModel, modelDate: String?, detector: MTCNNWeights?, threads: Int,
    say: @escaping (WorkerMessage) -> Void
  ) throws {
    self.model = model
    self.modelDate = modelDate
    self.threads = threads
    self.say = say
    judge = try VideoJudge(model, detector: detector, threads: threads)
  }

  /// Does one analysis. Errors are sent to the server as messages.
  package func work(on job: WorkerJob) {
    do {
      var last = ProcessInfo.processInfo.systemUptime
      say(.progress(AnalysisProgress(.reading, share: 0)))
      var judged = try judge.judge(
        path: job.input,
        progress: { share in
          let now = ProcessInfo.processInfo.systemUptime
          guard now - last > 0.1 else { return }
          last = now
          say(.progress(AnalysisProgress(.reading, share: share)))
        })
      judged.finding.input = job.name
      say(.progress(AnalysisProgress(.judging)))
      let media = try answer(judged, job)
      say(.answered)
      guard media.preview == .making else { return }
      say(.preview(preview(of: judged, job) ? .ready : .failed))
    } catch let error as MediaError {
      say(.failed(AnalysisFailure(.unreadable, Self.sentence(error.message))))
    } catch let error as AnalysisFailure {
      say(.failed(error))
    } catch let error as FileError where error.code == .noSpace {
      say(.failed(AnalysisFailure(.diskFull, "The disk of the server is full.")))
    } catch {
      say(.failed(AnalysisFailure(.unreadable, Self.sentence("\(error)"))))
    }
  }

  /// Writes the files of the answer; the answer itself last.
  private func answer(_ judged: JudgedVideo, _ job: WorkerJob) throws -> AnalysisResult.Media {
    guard judged.crops.count <= AnalysisFiles.mostCrops else {
      throw AnalysisFailure(
        .resourceLimit,
        "It has more than \(AnalysisFiles.mostCrops) faces, which is more than can be shown.")
    }
    let maps = try judge.activationMaps(of: judged.crops)
    let heats = maps.map { HeatMap(width: $0.width, height: $0.height, values: $0.values) }
    try writeFrames(judged, zip(maps, judged.crops).map { ($0, $1) }, job)
    let page = try VideoReport(
      judged, VideoEvidence(judged, by: judge), model: model, modelDate: modelDate
    ).page()
    try AtomicFile.write(text: page.html, to: "\(job.output)/\(AnalysisFiles.report)")
    let media = try media(of: judged, job)
    let result = AnalysisResult(
      finding: judged.finding, model: ModelSummary(model), media: media,
      crops: crops(judged, heats))
    let bytes = [UInt8](try JSONEncoder().encode(result))
    try AtomicFile.write(bytes, to: "\(job.output)/\(AnalysisFiles.result)")
    return media
  }

  private func writeFrames(
    _ judged: JudgedVideo, _ crops: [(ActivationMap, JudgedVideo.Crop)], _ job: WorkerJob
  ) throws {
    let folder = "\(job.output)/\(AnalysisFiles.frames)"
    // The parent folder isn't created: it is missing if the analysis was deleted.
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: false)
    let decoder = try JPEGDecoder()
    let encoder = try JPEGEncoder(quality: 85, chroma: .full)
    for (index, (map, crop)) in crops.enumerated() {
      let path = folder + "/" + AnalysisFiles.frame(index, heat: false)
      try AtomicFile.write(crop.face.image, to: path, isDurable: false)
      let picture = try decoder.decode(crop.face.image.span.bytes)
      let overlay = ActivationOverlay.render(map, over: picture) ?? picture
      try AtomicFile.write(
        try encoder.encode(overlay), to: folder + "/" + AnalysisFiles.frame(index, heat: true),
        isDurable: false)
    }
  }

  private func crops(_ judged: JudgedVideo, _ heats: [HeatMap?]) -> [AnalysisResult.Crop] {
    let geometry = model.recipe.geometry
    let strongest = Dictionary(grouping: judged.crops.indices) { judged.crops[$0].face.track }
      .mapValues { $0.compactMap { heats[$0]?.strongest }.max() ?? 0 }
    return judged.crops.indices.map { index in
      let crop = judged.crops[index]
      let scale = strongest[crop.face.track] ?? 0
      let probability = model.probability(margins: [crop.margin])
      let heat = scale > 0 ? heats[index]?.dividing(by: scale) : nil
      let placement = crop.face.placement(geometry)
      return AnalysisResult.Crop(
        track: crop.face.track, frame: crop.face.frame, seconds: crop.face.timestampSeconds,
        probability: probability.isFinite ? probability : nil,
        transform: placement.map { [$0.a, $0.b, $0.tx, $0.ty] }, side: geometry.sizePixels,
        heat: heat.map { .init(width: $0.width, height: $0.height, values: $0.values) })
    }
  }

  // MARK: Preview

  /// The file for browsers; the preview of a picture is written immediately.
  private func media(of judged: JudgedVideo, _ job: WorkerJob) throws -> AnalysisResult.Media {
    if judged.information.isStill {
      let source = try openFrames(path: job.input, pixels: model.recipe.pixels)
      let encoder = try JPEGEncoder(quality: 88, chroma: .full)
      _ = try source.decodeFrames(count: 1, isCancelled: { false }) { frame in
        try AtomicFile.write(
          try encoder.encode(try frame.picture()), to: "\(job.output)/\(AnalysisFiles.preview)",
          isDurable: false)
      }
      return .init(kind: .picture, type: "image/jpeg", isOriginal: false, preview: .ready)
    }
    let isWhole = judged.finding.video?.damagedFromSeconds == nil
    if isWhole,
      let type = PlayableMedia.type(head: PlayableMedia.head(of: job.input), judged.information)
    {
      return .init(kind: .video, type: type, isOriginal: true, preview: .ready)
    }
    return .init(
      kind: .video, type: "video/mp4", isOriginal: false,
      preview: AnnotatedClip.isAvailable ? .making : .failed)
  }

  /// Writes the preview of a video; false if that fails.
  private func preview(of judged: JudgedVideo, _ job: WorkerJob) -> Bool {
    var options = AnnotatedClip.Options()
    options.encoderThreads = threads
    options.constantRateFactor = 23
    var last = 0
    do {
      _ = try AnnotatedClip.write(
        from: job.input, to: "\(job.output)/\(AnalysisFiles.preview)", pixels: model.recipe.pixels,
        options: options,
        progress: { written, all in
          let percent = all > 0 ? min(100 * written / all, 100) : 0
          guard percent > last else { return }
          last = percent
          say(.progress(AnalysisProgress(.preview, share: Double(percent) / 100)))
        }, draw: { _, _, _ in })
      return true
    } catch {
      return false
    }
  }

  private static func sentence(_ text: String) -> String {
    (text.first?.uppercased() ?? "") + text.dropFirst() + (text.hasSuffix(".") ? "" : ".")
  }
}
