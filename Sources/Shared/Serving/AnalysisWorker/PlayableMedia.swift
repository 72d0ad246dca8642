internal import Analyses
internal import Contract
internal import Files
internal import MediaDecoding

/// Decides which files browsers play unchanged.
enum PlayableMedia {
  /// The MIME type under which browsers play a file; nil if a preview is needed.
  ///
  /// - Parameter head: The first bytes of the file; its name and the client's claims are ignored.
  static func type(head: [UInt8], _ information: VideoInformation) -> String? {
    // 8 bits with chroma at half the resolution, which the decoders of all browsers support.
    guard ["yuv420p", "yuvj420p"].contains(information.stream.pixelFormat ?? "") else { return nil }
    if head.dropFirst(4).starts(with: Array("ftyp".utf8)) {
      return information.codec == "h264" ? "video/mp4" : nil
    }
    let isWebM =
      head.starts(with: [0x1A, 0x45, 0xDF, 0xA3])
      && head.prefix(64).containsSequence(Array("webm".utf8))
    return isWebM && ["vp8", "vp9"].contains(information.codec) ? "video/webm" : nil
  }

  /// The first bytes of a file; empty if it can't be read.
  static func head(of path: String) -> [UInt8] {
    guard let file = try? OpenFile(path, .read) else { return [] }
    return (try? file.read(count: 64, at: 0)) ?? []
  }
}

extension ArraySlice<UInt8> {
  fileprivate func containsSequence(_ other: [UInt8]) -> Bool {
    guard count >= other.count else { return false }
    return (startIndex...(endIndex - other.count)).contains { self[$0...].starts(with: other) }
  }
}
