/// The layouts of labelled videos that a catalog can be read from.
package enum CatalogKind: String, CaseIterable, Codable, Sendable {
  /// DeepFake Detection Challenge: a `metadata.json` beside the videos of each part.
  case dfdc
  /// FaceForensics++ and DeepFakeDetection: `original_sequences` and `manipulated_sequences`.
  case faceforensics
  /// Celeb-DF: `Celeb-real`, `YouTube-real` and `Celeb-synthesis`.
  case celebdf
  /// A folder `real` and a folder `fake`.
  case folders
  /// A CSV file with the columns `path` and `label`.
  case csv

  /// What a catalog of this kind expects to find, in a few words for messages.
  package var expectedLayout: String {
    switch self {
    case .dfdc:
      "video files beside a metadata.json {\"name.mp4\": {\"label\": \"REAL\" or \"FAKE\", ...}}, "
        + "in the folder itself or in folders below it"
    case .faceforensics:
      "original_sequences/{youtube,actors}/{raw,c23,c40}/videos and "
        + "manipulated_sequences/<method>/{raw,c23,c40}/videos"
    case .celebdf:
      "the folders Celeb-real, YouTube-real and Celeb-synthesis, and List_of_testing_videos.txt"
    case .folders:
      "video files below a folder real/ and a folder fake/"
    case .csv:
      "a CSV file with a header line and the columns path,label[,group][,split]"
    }
  }
}
