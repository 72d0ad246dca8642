internal import Contract

/// How many videos have a value of a property (people, data set, codec, size or frame rate) that
/// occurs with one label only: a network that recognises such a value knows the label.
package struct OneLabelShare: Codable, Sendable, Equatable {
  /// The property, in the plural: "people".
  package let property: String
  /// Number of different values.
  package let values: Int
  /// Number of values that only real videos have.
  package let realOnly: Int
  /// Number of values that only fake videos have.
  package let fakeOnly: Int
  /// Number of real videos with a value that only real ones have.
  package let realVideos: Int
  /// Number of fake videos with a value that only fake ones have.
  package let fakeVideos: Int
  /// Number of videos whose value is known.
  package let videos: Int
  /// The most frequent values of one label, up to three, e.g. "1280x720 (real 12)".
  package let examples: [String]

  /// The share of the videos whose value has one label only; 0 if no value is known.
  package var share: Double {
    videos > 0 ? Double(realVideos + fakeVideos) / Double(videos) : 0
  }

  static func all(_ videos: [AuditedVideo]) -> [OneLabelShare] {
    [
      OneLabelShare("people", videos) { $0.group },
      OneLabelShare("data sets", videos) { $0.dataset },
      OneLabelShare("codecs", videos) { $0.traits.codec },
      OneLabelShare("sizes", videos) { video in
        guard let width = video.traits[.width], let height = video.traits[.height] else {
          return nil
        }
        return "\(Int(width))x\(Int(height))"
      },
      OneLabelShare("frame rates", videos) { video in
        video.traits[.frameRate].map { decimalText($0, decimals: 2) }
      },
    ]
  }

  private init(
    _ property: String, _ videos: [AuditedVideo], _ value: (AuditedVideo) -> String?
  ) {
    var counts: [String: SIMD2<Int>] = [:]
    for video in videos {
      guard let value = value(video) else { continue }
      counts[value, default: .zero][video.label == .fake ? 1 : 0] += 1
    }
    let reals = counts.filter { $0.value[1] == 0 }
    let fakes = counts.filter { $0.value[0] == 0 }
    self.property = property
    values = counts.count
    realOnly = reals.count
    fakeOnly = fakes.count
    realVideos = reals.values.reduce(0) { $0 + $1[0] }
    fakeVideos = fakes.values.reduce(0) { $0 + $1[1] }
    self.videos = counts.values.reduce(0) { $0 + $1[0] + $1[1] }
    let single =
      reals.map { ($0.key, "real", $0.value[0]) } + fakes.map { ($0.key, "fake", $0.value[1]) }
    examples = single.sorted { ($1.2, $0.0) < ($0.2, $1.0) }.prefix(3)
      .map { "\($0.0) (\($0.1) \($0.2))" }
  }
}
