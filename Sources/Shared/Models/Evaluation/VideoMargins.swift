internal import Contract

/// The margins of each video's crops: grouped once, scored as often as needed.
struct VideoMargins {
  private(set) var videos: [EvaluatedVideo] = []
  /// Margins of all videos, one video after another.
  private var margins: [Double] = []
  /// The mean blur of each video.
  private var blurs: [Double?] = []
  /// The index in `margins` at which each video begins, and the end.
  private var starts: [Int] = [0]

  init(
    frames: [FramePrediction], videosWithoutFaces: [EvaluatedVideo]
  ) throws(EvaluationError) {
    var numbers: [String: Int] = [:]
    var found: [EvaluatedVideo] = []
    var members: [[Int]] = []
    for (index, frame) in frames.enumerated() {
      if let number = numbers[frame.video.name] {
        try Self.check(frame.video, equals: found[number])
        members[number].append(index)
      } else {
        numbers[frame.video.name] = found.count
        found.append(frame.video)
        members.append([index])
      }
    }
    for video in videosWithoutFaces {
      guard numbers.updateValue(found.count, forKey: video.name) == nil else {
        throw EvaluationError(
          .listedTwice, video: video.name,
          "is listed as a video without a face, and has predictions or is listed again; "
            + "give each video its full name, once")
      }
      found.append(video)
      members.append([])
    }
    for number in found.indices.sorted(by: { found[$0].name < found[$1].name }) {
      videos.append(found[number])
      // By frame, then by bits (any total order will do): sums don't depend on the order of
      // arrival.
      let ordered = members[number].map { frames[$0] }.sorted {
        ($0.frame, $0.margin.bitPattern, $0.blur?.bitPattern ?? 0)
          < ($1.frame, $1.margin.bitPattern, $1.blur?.bitPattern ?? 0)
      }
      margins.append(contentsOf: ordered.map(\.margin))
      let measured = ordered.compactMap(\.blur)
      blurs.append(!measured.isEmpty && measured.count == ordered.count ? measured.mean() : nil)
      starts.append(margins.count)
    }
  }

  func predictions(score: VideoScore, temperature: Double) -> [VideoPrediction] {
    videos.indices.map { index in
      let range = starts[index]..<starts[index + 1]
      return VideoPrediction(
        video: videos[index], frames: range.count,
        probability: score.probability(margins: margins[range], temperature: temperature),
        blur: blurs[index])
    }
  }

  private static func check(
    _ video: EvaluatedVideo, equals known: EvaluatedVideo
  ) throws(EvaluationError) {
    guard video != known else { return }
    throw EvaluationError(
      .contradiction, video: video.name,
      "is described as \(summary(known)) and as \(summary(video)); "
        + "give each video its full name, and each name one label and one group")
  }

  private static func summary(_ video: EvaluatedVideo) -> String {
    [
      video.label.rawValue, "of group \(video.group)", video.method.map { "by \($0)" },
      video.compression.map { "in \($0)" }, video.original.map { "made from \($0)" },
      video.dataset.map { "of the data set \($0)" },
    ].compactMap(\.self).joined(separator: " ")
  }
}
