import FaceDetection
import Foundation
import Imaging
import MediaDecoding
import Testing

/// Pictures with facenet-pytorch's answers, in `../shared/data/mtcnn` beside the package.
enum SamplePictures {
  static let package = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  static let weightsDirectory = package.appending(path: "weights/mtcnn").path
  static let directory = package.appending(path: "../shared/data/mtcnn").standardizedFileURL

  /// Whether the pictures and the weights are there.
  static var available: Bool {
    FileManager.default.fileExists(atPath: directory.appending(path: "expected.json").path)
      && weightsAvailable
  }

  /// Whether the weights are there.
  static var weightsAvailable: Bool {
    ["pnet.pt", "rnet.pt", "onet.pt"].allSatisfy {
      FileManager.default.fileExists(atPath: weightsDirectory + "/" + $0)
    }
  }

  struct Document: Decodable { let frames: [Frame] }
  struct Frame: Decodable {
    let file: String
    let width: Int
    let height: Int
    let results: [Answer]

    func faces(minimumFaceSize: Int) -> [Face] {
      results.first { $0.minFaceSize == minimumFaceSize }?.faces ?? []
    }
  }
  struct Answer: Decodable {
    let minFaceSize: Int
    let faces: [Face]
  }
  struct Face: Decodable {
    let box: [Float]
    let score: Float
    let landmarks: [[Float]]

    var faceBox: FaceBox { FaceBox(x1: box[0], y1: box[1], x2: box[2], y2: box[3]) }
  }

  static func frames() throws -> [Frame] {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let data = try Data(contentsOf: directory.appending(path: "expected.json"))
    return try decoder.decode(Document.self, from: data).frames
  }

  /// Decodes a frame's PNG file.
  static func picture(_ frame: Frame) throws -> PixelBuffer {
    try picture(directory.appending(path: frame.file).path)
  }

  /// A portrait with one face, if set-up has fetched it.
  static let portrait = package.appending(path: "weights/portraits/astronaut.png").path

  static var portraitAvailable: Bool { FileManager.default.fileExists(atPath: portrait) }

  /// Decodes a still picture.
  static func picture(_ path: String) throws -> PixelBuffer {
    var pictures: [PixelBuffer] = []
    _ = try VideoReader(path: path).decodeFrames(count: 1) { pictures.append(try $0.picture()) }
    return try #require(pictures.first)
  }
}

/// How far a face is from facenet-pytorch's.
struct Agreement: CustomStringConvertible {
  let overlap: Float
  /// Largest distance of a landmark, relative to the width of the expected face.
  let landmarkError: Float

  /// The best of `faces` for `expected`.
  init(_ faces: [DetectedFace], _ expected: SamplePictures.Face) {
    let box = expected.faceBox
    guard
      let best = faces.max(by: {
        $0.box.intersectionOverUnion(box) < $1.box.intersectionOverUnion(box)
      })
    else {
      (overlap, landmarkError) = (0, .infinity)
      return
    }
    overlap = best.box.intersectionOverUnion(box)
    landmarkError =
      zip(best.landmarks.points, expected.landmarks).map { found, wanted in
        let (dx, dy) = (found.x - wanted[0], found.y - wanted[1])
        return (dx * dx + dy * dy).squareRoot() / box.width
      }.max() ?? .infinity
  }

  var description: String {
    "IoU \(overlap), landmarks off by \(landmarkError * 100)% of the width"
  }
}
