internal import Contract
internal import MediaDecoding

extension FaceExtractor {
  /// Notes on damage and shortage: one for each way in which a video falls short of the recipe.
  func notes(
    _ source: any FrameSource, _ report: VideoReader.Report, facesFound: Int, cropCount: Int
  ) -> [String] {
    var notes: [String] = []
    let information = source.information
    if let claimed = source.claimedDurationSeconds, let duration = information.durationSeconds {
      notes.append(
        "truncated: \(decimal(duration)) of \(decimal(claimed)) seconds can be read")
    }
    if report.damagedPackets > 0 {
      notes.append(
        "damaged: \(report.damagedPackets) packets or pictures can't be decoded cleanly"
          + (report.firstDamage.map { " (\($0))" } ?? ""))
    }
    if report.deliveredFrames < report.chosenFrames {
      notes.append(
        "damaged: \(report.deliveredFrames) of \(report.chosenFrames) chosen pictures decoded")
    }
    // A still picture has only one picture.
    if report.chosenFrames < recipe.sampling.framesPerVideo, !information.isStill {
      notes.append(
        "short: \(report.chosenFrames) of \(recipe.sampling.framesPerVideo) pictures, the video has "
          + "\(information.frameCount)")
    }
    if cropCount == 0 {
      notes.append(
        facesFound == 0
          ? "no face found in \(report.deliveredFrames) pictures"
          : "no face kept: \(facesFound) detections in tracks that are too short or too uncertain")
    }
    return notes
  }

  private func decimal(_ seconds: Double) -> String {
    let tenths = Int((seconds * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }
}
