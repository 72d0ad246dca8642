internal import Contract
import Foundation
import Imaging
package import ShardStore
internal import TestSupport
package import VideoCatalog

/// Videos made of a number: the same number gives the same video in every process.
package enum SyntheticVideos {
  /// The store's description that fits the images.
  package static let description = StoreDescription(
    recipe: ExtractionRecipe(
      geometry: CropGeometry(alignment: .landmarks, margin: 1.3, sizePixels: 16)),
    dataset: "folders")

  /// The catalog entry of video `index`. Names have folders, spaces and letters beyond ASCII.
  package static func catalogVideo(_ index: Int) -> CatalogVideo {
    let name = "part_\(index % 3)/clip \(index) \u{e9}.mp4"
    return CatalogVideo(
      name: name, path: "/videos/" + name, label: index.isMultiple(of: 2) ? .real : .fake,
      group: "group \(index / 2)", split: index.isMultiple(of: 5) ? .test : .train,
      method: index.isMultiple(of: 2) ? nil : "Deepfakes",
      compression: index.isMultiple(of: 3) ? "c23" : nil)
  }

  /// An extracted video with `faces` crops of `imageBytes` each.
  package static func extraction(
    _ index: Int, faces: Int = 3, imageBytes: Int = 2_000, hasLooks: Bool = false
  ) -> VideoExtraction {
    let video = catalogVideo(index)
    let samples = (0..<faces).map { face in
      FaceSample(
        video: video, frame: face * 7 / 2, face: face % 2,
        timestampSeconds: Double(face) / 29.97,
        box: .init(x: 10.12345, y: 20, width: 64.5, height: 80.25),
        landmarks: (0..<5).map { .init(x: Double($0) + 0.1, y: Double(index % 100) / 3) },
        track: face % 2, score: 0.987654321,
        image: jpeg(seed: UInt64(index * 1_000 + face), byteCount: imageBytes))
    }
    let facts = VideoRecord.Facts(
      durationSeconds: 10.01, widthPixels: 1_920, heightPixels: 1_080, codec: "h264",
      framesSampled: 32, framesWithFace: faces, faces: faces, tracks: min(2, faces),
      looks: hasLooks ? looks(index, count: faces == 0 ? 0 : 3) : nil)
    return .done(video, samples: samples, facts: facts, notes: ["\(index) corrupt packets"])
  }

  /// Hashes that are far from those of other videos.
  private static func looks(_ index: Int, count: Int) -> [PerceptualHash?] {
    var generator = SplitMix64(state: UInt64(index) << 32)
    return (0..<count).map { _ in
      let words = (0..<4).map { _ in String(generator.next() | 1 << 63, radix: 16) }
      return PerceptualHash(text: words.joined())
    }
  }

  /// A valid JPEG file of 16 x 16 pixels and at least `byteCount` bytes: comments of random bytes
  /// make it as long as wanted.
  package static func jpeg(seed: UInt64, byteCount: Int) -> [UInt8] {
    var generator = SplitMix64(state: seed)
    let noise = (0..<1_009).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
    var file = Array(smallJPEG.prefix(2))
    var missing = max(16, byteCount - smallJPEG.count)
    while missing > 0 {
      let length = min(missing, 65_000)
      file += [0xFF, 0xFE, UInt8((length + 2) >> 8), UInt8((length + 2) & 0xFF)]
      for _ in 0..<(length / noise.count) { file += noise }
      file += noise.prefix(length % noise.count)
      missing -= length
    }
    return file + smallJPEG.dropFirst(2)
  }

  /// Width and height from a JPEG file's frame header; nil if its segments are broken.
  package static let imageSize: StoreVerifier.ImageSize = { span in
    span.withUnsafeBytes { bytes in
      var offset = 2
      guard bytes.count > 4, bytes[0] == 0xFF, bytes[1] == 0xD8 else { return nil }
      while offset + 9 < bytes.count, bytes[offset] == 0xFF {
        if bytes[offset + 1] == 0xC0 {
          return (
            width: Int(bytes[offset + 7]) << 8 | Int(bytes[offset + 8]),
            height: Int(bytes[offset + 5]) << 8 | Int(bytes[offset + 6])
          )
        }
        offset += 2 + (Int(bytes[offset + 2]) << 8 | Int(bytes[offset + 3]))
      }
      return nil
    }
  }

  /// Made by make_jpeg.py.
  private static let smallJPEG = [UInt8](
    Data(
      base64Encoded: """
        /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABQODxIPDRQSEBIXFRQYHjIhHhwcHj0sLiQySUBMS0dARkVQ\
        WnNiUFVtVkVGZIhlbXd7gYKBTmCNl4x9lnN+gXz/2wBDARUXFx4aHjshITt8U0ZTfHx8fHx8fHx8fHx8\
        fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHz/wAARCAAQABADAREAAhEBAxEB/8QA\
        FQABAQAAAAAAAAAAAAAAAAAABAX/xAAXEAADAQAAAAAAAAAAAAAAAAAAAwRh/8QAFwEBAQEBAAAAAAAA\
        AAAAAAAABAUCBv/EABYRAQEBAAAAAAAAAAAAAAAAAAMAAv/aAAwDAQACEQMRAD8AipkwdpLIrUEyYH0l\
        YFZ6ZMD6S5IVnpkwNpKyK3//2Q==
        """) ?? Data())
}
