internal import Contract
internal import FaceDetection
internal import FaceExtraction
internal import Foundation
internal import MediaDecoding
internal import NeuralNetwork
internal import Randomness
internal import TestSupport

/// Clips of eight codecs and more in six containers, and pictures, as the extractor reads them.
struct ClipKind: FuzzKind {
  let name = "clip"
  let longRuns = 10_000
  let shortRuns = 250

  private static let codecs: [String: [String]] = [
    "h264": ["-c:v", "libx264", "-preset", "veryfast", "-g", "5", "-bf", "2"],
    "h264i": ["-c:v", "libx264", "-preset", "veryfast", "-g", "5", "-flags", "+ildct+ilme"],
    "hevc": [
      "-c:v", "libx265", "-preset", "ultrafast", "-x265-params",
      "keyint=5:log-level=none:pools=none",
    ],
    "vp8": ["-c:v", "libvpx", "-cpu-used", "8", "-g", "5"],
    "vp9": ["-c:v", "libvpx-vp9", "-cpu-used", "8", "-g", "5"],
    "av1": ["-c:v", "libaom-av1", "-cpu-used", "8", "-g", "5"],
    "mpeg4": ["-c:v", "mpeg4", "-g", "5", "-bf", "2"],
    "mjpeg": ["-c:v", "mjpeg", "-pix_fmt", "yuvj420p"],
    "mpeg2": ["-c:v", "mpeg2video", "-g", "5", "-bf", "2"],
    "prores": ["-c:v", "prores_ks", "-pix_fmt", "yuv422p10le"],
  ]

  private static let containers: [String: [String]] = [
    "mp4": ["h264", "hevc", "vp9", "av1", "mpeg4", "mjpeg", "mpeg2"],
    "mov": ["h264", "h264i", "hevc", "mjpeg", "mpeg4", "prores"],
    "mkv": ["h264", "hevc", "vp8", "vp9", "av1", "mpeg4", "mjpeg", "mpeg2", "prores"],
    "webm": ["vp8", "vp9", "av1"],
    "avi": ["h264", "mpeg4", "mjpeg", "mpeg2"],
    "ts": ["h264", "h264i", "hevc", "mpeg2", "mpeg4"],
  ]

  private static let pictures = ["jpg", "png", "webp", "bmp", "tiff", "gif"]

  func prepare(bases: String) throws {
    guard let ffmpeg = CommandLineTool.ffmpeg else {
      throw FuzzError("clips need the program ffmpeg; scripts/test installs it")
    }
    // One call: most of the time of a small one is its start. A size that is a multiple of nothing much.
    var arguments = ["-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=size=72x56:rate=25"]
    func add(_ name: String, _ options: [String], seconds: Double = 0.48) {
      arguments += options + ["-threads", "1", "-t", "\(seconds)", bases + "/" + name]
    }
    for (container, codecs) in Self.containers.sorted(by: { $0.key < $1.key }) {
      for codec in codecs { add("\(codec).\(container)", Self.codecs[codec] ?? []) }
    }
    for kind in Self.pictures { add("picture.\(kind)", ["-frames:v", "1"]) }
    add(
      "rotated.mp4", ["-c:v", "libx264", "-preset", "veryfast", "-metadata:s:v:0", "rotate=90"],
      seconds: 0.2)
    add(
      "alpha.webm",
      ["-vf", "format=yuva420p,colorchannelmixer=aa=0.5", "-c:v", "libvpx", "-auto-alt-ref", "0"],
      seconds: 0.2)
    try ffmpeg.run(arguments)
  }

  func worker(bases: String) throws -> any FuzzReader {
    try ClipReader(
      bases: FuzzFiles.names(bases).map { ($0, try FuzzFiles.bytes(bases + "/" + $0)) })
  }
}

private struct ClipReader: FuzzReader {
  let bases: [(name: String, bytes: [UInt8])]
  private let whole: FaceExtractor
  /// With the search for faces, which sees pictures of odd sizes; nil where its weights aren't there.
  private let searching: FaceExtractor?

  init(bases: [(name: String, bytes: [UInt8])]) throws {
    self.bases = bases
    whole = try FaceExtractor(
      weights: nil,
      recipe: ExtractionRecipe(
        sampling: FrameSampling(framesPerVideo: 5),
        detector: DetectorIdentity(name: DetectorIdentity.nothing),
        geometry: CropGeometry(alignment: .whole, margin: 1, sizePixels: 32)))
    let weights = FuzzFiles.package + "/weights/mtcnn"
    searching =
      FileManager.default.fileExists(atPath: weights + "/onet.pt")
      ? try FaceExtractor(
        weights: .load(directory: weights, kernels: Processor.selected),
        recipe: ExtractionRecipe(sampling: FrameSampling(framesPerVideo: 2)))
      : nil
  }

  mutating func run(_ one: inout FuzzCase) throws -> Verdict {
    let base = bases[one.random.below(bases.count)]
    var bytes = base.bytes
    ContainerMutator.mutate(
      &bytes, &one.random, donor: bases[one.random.below(bases.count)].bytes)
    var path = one.folder + "/" + base.name
    try FuzzFiles.write(bytes, path)
    if base.name.hasPrefix("picture"), one.random.happens(0.3) {
      path = try frames(bytes, base, one.folder)
    }
    let isSearched = one.random.happens(0.1)
    do {
      _ = try (isSearched ? searching ?? whole : whole).extract(path: path)
      try look(path, skips: one.random.happens(0.5))
    } catch let error as MediaError {
      return RawText.verdict(error)
    }
    return .accepted
  }

  /// The damaged picture as a frame among sound ones.
  private func frames(
    _ bytes: [UInt8], _ base: (name: String, bytes: [UInt8]), _ folder: String
  ) throws -> String {
    let ending = base.name.split(separator: ".").last ?? ""
    for (number, frame) in [base.bytes, bytes, base.bytes].enumerated() {
      try FuzzFiles.write("", folder + "/frames/00\(number).\(ending)")
      try FuzzFiles.write(frame, folder + "/frames/00\(number).\(ending)")
    }
    return folder + "/frames"
  }

  /// What the face search does with a picture besides.
  private func look(_ path: String, skips: Bool) throws {
    let source = try openFrames(
      path: path, pixels: PixelInterpretation(), skipsUnneededFrames: skips)
    var last = -1
    _ = try source.decodeFrames(count: 3, isCancelled: { false }) { frame in
      guard frame.index > last else { throw FuzzError("pictures out of order") }
      last = frame.index
      _ = try frame.reduced(width: 16, height: 16)
      _ = try frame.region(x: frame.width / 2, y: 0, width: 1, height: frame.height)
    }
  }
}
