import FaceDetection
import FaceExtraction
import Imaging
import MediaDecoding
import Configuration
import Contract
import ShardStore
import VideoCatalog

extension ExtractConfiguration {
  /// The settings as the extraction takes them.
  var extractionSettings: FaceExtractionSettings {
    FaceExtractionSettings(
      framesPerVideo: sampling.framesPerVideo, skipsUnneededFrames: sampling.skipUnneededFrames,
      search: FaceSearchSettings(
        cascade: MTCNNSettings(
          proposalThreshold: Float(detection.thresholds[0]),
          refinementThreshold: Float(detection.thresholds[1]),
          outputThreshold: Float(detection.thresholds[2]),
          minimumFaceSize: Double(detection.minimumFaceSize),
          pyramidFactor: detection.pyramidFactor),
        searchShortSide: detection.searchShortSide,
        fullSearchInterval: detection.fullSearchInterval,
        brightenWhenEmpty: detection.brightenWhenEmpty),
      tracks: TrackSettings(
        minimumFrames: tracks.minimumFrames, minimumScore: Float(tracks.minimumScore),
        maximumTracks: tracks.maximumPerVideo),
      geometry: CropGeometry(
        alignment: alignment.kind == .box ? .box : .landmarks, margin: alignment.margin,
        sizePixels: alignment.size),
      jpegQuality: images.jpegQuality)
  }
}

extension FaceSample {
  /// A crop as the store takes it.
  init(_ video: CatalogVideo, _ crop: FaceCrop) {
    let box = crop.detection.box
    self.init(
      video: video, frame: crop.frame, face: crop.face, timestampSeconds: crop.timestampSeconds,
      box: SampleRecord.Box(
        x: Double(box.x1), y: Double(box.y1), width: Double(box.width), height: Double(box.height)),
      landmarks: crop.detection.landmarks.points.map {
        SampleRecord.Point(x: Double($0.x), y: Double($0.y))
      },
      track: crop.track, score: Double(crop.detection.score), image: crop.image)
  }
}

extension VideoRecord.Facts {
  /// What the store keeps of a video.
  init(_ faces: VideoFaces) {
    self.init(
      durationSeconds: faces.information.durationSeconds,
      widthPixels: faces.information.widthPixels, heightPixels: faces.information.heightPixels,
      codec: faces.information.codec, framesSampled: faces.framesSampled,
      framesWithFace: faces.framesWithFace, faces: faces.facesFound, tracks: faces.trackCount)
  }
}
