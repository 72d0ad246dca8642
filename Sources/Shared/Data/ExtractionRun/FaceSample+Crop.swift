internal import FaceDetection
package import FaceExtraction
internal import Imaging
internal import MediaDecoding
package import ShardStore
package import VideoCatalog

extension FaceSample {
  /// Makes a crop into a sample for the store.
  ///
  /// - Parameter original: name of the original near whose face this one was found; nil if it was
  ///   searched for.
  package init(_ video: CatalogVideo, _ crop: FaceCrop, from original: String? = nil) {
    let box = crop.box
    self.init(
      video: video, frame: crop.frame, face: crop.face, timestampSeconds: crop.timestampSeconds,
      box: SampleRecord.Box(
        x: Double(box.x1), y: Double(box.y1), width: Double(box.width), height: Double(box.height)),
      landmarks: crop.landmarks?.points.map {
        SampleRecord.Point(x: Double($0.x), y: Double($0.y))
      },
      track: crop.track, score: Double(crop.score), facesFrom: original, image: crop.image)
  }
}

extension VideoRecord.Facts {
  /// The facts that the store keeps about a video.
  package init(_ faces: VideoFaces) {
    self.init(
      durationSeconds: faces.information.durationSeconds,
      widthPixels: faces.information.widthPixels, heightPixels: faces.information.heightPixels,
      codec: faces.information.codec, framesSampled: faces.framesSampled,
      framesWithFace: faces.framesWithFace, faces: faces.facesFound, tracks: faces.trackCount,
      stream: faces.information.stream)
  }
}

extension VideoRecord.Facts {
  /// Adds the hashes of a video's chosen crops, decoded as in training. This takes about 3
  /// milliseconds, once here and not at the start of each training.
  mutating func addLooks(of samples: [FaceSample]) throws {
    let decoder = try JPEGDecoder()
    let ordered = samples.sorted { ($0.record.frame, $0.face) < ($1.record.frame, $1.face) }
    looks = try PerceptualHash.chosenCrops(of: ordered.count).map {
      let image = ordered[$0].image
      return PerceptualHash(try decoder.decode(image.span.bytes))
    }
  }
}
