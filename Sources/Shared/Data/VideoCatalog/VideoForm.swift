/// The form of a catalog's video on disk.
package enum VideoForm: String, Codable, Sendable, CaseIterable {
  /// A video file.
  case video
  /// A file of one picture: a video of one frame.
  case picture
  /// A folder of numbered pictures, one per frame.
  case frames

  /// For example "12 pictures".
  package func counted(_ count: Int) -> String {
    switch self {
    case .video: count == 1 ? "1 video" : "\(count) videos"
    case .picture: count == 1 ? "1 picture" : "\(count) pictures"
    case .frames: count == 1 ? "1 folder of frames" : "\(count) folders of frames"
    }
  }
}
