internal import Contract

/// Finds the real video that each fake was made from.
struct Originals {
  private struct Real {
    let name: String
    let compression: String?
    /// The last part of a picture's name, which is the number of its frame; nil for videos.
    let ending: Substring?
  }

  private var reals: [Recording: [Real]] = [:]

  /// Adds a real video. Videos must be added in the order of their names.
  mutating func add(_ video: CatalogVideo, of recording: Recording) {
    reals[recording, default: []].append(
      Real(
        name: video.name, compression: video.compression, ending: Self.ending(video)))
  }

  /// The name of the real video that a fake was made from; nil if there is none in the fake's
  /// compression. Among several, a picture gets the one with its own frame number.
  func original(of video: CatalogVideo, _ recording: Recording) -> String? {
    let candidates = (reals[recording] ?? []).filter {
      $0.compression == nil || video.compression == nil || $0.compression == video.compression
    }
    guard candidates.count > 1, let ending = Self.ending(video) else {
      return candidates.first?.name
    }
    return (candidates.first { $0.ending == ending } ?? candidates[0]).name
  }

  private static func ending(_ video: CatalogVideo) -> Substring? {
    guard FileNames.isPicture(video.name) else { return nil }
    return Substring(FileNames.stem(FileNames.lastComponent(video.name))).split(separator: "_").last
  }
}
