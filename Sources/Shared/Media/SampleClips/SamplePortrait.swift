package import FaceDetection
internal import Foundation
package import Imaging
internal import MediaDecoding

/// A portrait and the face in it.
package struct SamplePortrait: Sendable {
  /// The file's name without its extension.
  package let person: String
  /// The picture, at most 640 pixels along its short side.
  package let picture: PixelBuffer
  /// The largest face.
  package let face: DetectedFace

  package init(person: String, picture: PixelBuffer, face: DetectedFace) {
    self.person = person
    self.picture = picture
    self.face = face
  }

  /// Reads a portrait (PNG or JPEG) and finds its largest face.
  package init(path: String, detector: MTCNN) throws(SampleClipsError) {
    let picture = Self.reduced(try Self.read(path))
    guard
      let face = detector.detect(in: picture).max(by: { $0.box.area < $1.box.area })
    else {
      throw SampleClipsError(
        .noFace, path, "no face found; a portrait with one clear face is needed")
    }
    self.init(
      person: URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent,
      picture: picture, face: face)
  }

  /// Reads all portraits of a folder, in the order of their names.
  package static func all(
    in folder: String, detector: MTCNN
  ) throws(SampleClipsError) -> [SamplePortrait] {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    } catch {
      throw SampleClipsError(
        .unreadablePortrait, folder, "expected a folder of portraits", cause: error)
    }
    var portraits: [SamplePortrait] = []
    for name in names
    where [".png", ".jpg", ".jpeg"].contains(where: { name.lowercased().hasSuffix($0) }) {
      portraits.append(try SamplePortrait(path: folder + "/" + name, detector: detector))
    }
    guard portraits.count >= 2 else {
      throw SampleClipsError(
        .tooFewPortraits, folder,
        "expected two portraits (PNG or JPEG) or more, found \(portraits.count)")
    }
    return portraits
  }

  private static func read(_ path: String) throws(SampleClipsError) -> PixelBuffer {
    do {
      let name = path.lowercased()
      if name.hasSuffix(".jpg") || name.hasSuffix(".jpeg") {
        return try JPEG.decode([UInt8](Data(contentsOf: URL(fileURLWithPath: path))))
      }
      var pictures: [PixelBuffer] = []
      _ = try VideoReader(path: path).decodeFrames(count: 1) { pictures.append(try $0.picture()) }
      if let picture = pictures.first { return picture }
    } catch {
      throw SampleClipsError(
        .unreadablePortrait, path, "expected a picture, PNG or JPEG", cause: error)
    }
    throw SampleClipsError(.unreadablePortrait, path, "holds no picture")
  }

  /// The picture reduced to `maximumShortSide`: more pixels than a clip shows only cost time.
  private static func reduced(_ picture: PixelBuffer) -> PixelBuffer {
    let scale = Double(maximumShortSide) / Double(min(picture.width, picture.height))
    guard scale < 1 else { return picture }
    return picture.reduced(
      width: Int((Double(picture.width) * scale).rounded()),
      height: Int((Double(picture.height) * scale).rounded()))
  }

  private static let maximumShortSide = 640
}
