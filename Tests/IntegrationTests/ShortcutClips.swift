import Contract
import Foundation
import Imaging
import MediaDecoding
import ShardStore
import TestSupport

/// The paired clips of FaceForensics++ (c23) made anew in few pictures, with a shortcut planted or none.
struct ShortcutClips {
  /// One clip: where it lies below the data set's folder, and its pictures.
  struct Clip {
    let name: String
    var label: VideoLabel
    var pictures: [PixelBuffer]
  }

  /// How a clip is written.
  struct Form {
    var constantRateFactor = 18.0
    var framesPerSecond = 25.0
  }

  static let source: URL? = SharedData.url?.appendingPathComponent("clips/faceforensics")

  /// Real clips of YouTube and the fakes that were made from them, without those whose original is
  /// missing.
  static let names: [String] = {
    guard let source else { return [] }
    let all = (FileManager.default.enumerator(atPath: source.path)?.allObjects as? [String] ?? [])
      .filter { $0.contains("/c23/") && $0.hasSuffix(".mp4") }.sorted()
    let originals = Set(
      all.filter { $0.hasPrefix("original_sequences/youtube") }.map { stem($0) })
    return all.filter { originals.contains(String(stem($0).prefix(3))) && stem($0).count != 2 }
      .filter { !$0.contains("DeepFakeDetection") && !$0.contains("/actors/") }
  }()

  private static func stem(_ name: String) -> String {
    URL(fileURLWithPath: name).deletingPathExtension().lastPathComponent
  }

  /// The clips with a short side of 360 pixels, eight pictures each; read once.
  static let clips: [Clip] = names.compactMap { name in
    guard let source else { return nil }
    let label: VideoLabel = name.hasPrefix("original_sequences") ? .real : .fake
    do {
      return Clip(
        name: name, label: label,
        pictures: try pictures(of: source.appendingPathComponent(name).path, shortSide: 360))
    } catch { return nil }
  }

  /// Evenly spaced pictures of a clip.
  static func pictures(
    of path: String, shortSide: Int?, count: Int = 8
  ) throws -> [PixelBuffer] {
    var pictures: [PixelBuffer] = []
    _ = try VideoReader(path: path).decodeFrames(count: count) { frame in
      guard let shortSide else {
        pictures.append(try frame.picture())
        return
      }
      let width = frame.width * shortSide / frame.height / 2 * 2
      pictures.append(try frame.reduced(width: width, height: shortSide))
    }
    return pictures
  }

  /// Writes clips in the layout of their data set.
  static func write(_ clips: [Clip], to folder: String, _ form: (Clip) -> Form) throws {
    for clip in clips {
      let path = folder + "/" + clip.name
      try FileManager.default.createDirectory(
        at: URL(fileURLWithPath: path).deletingLastPathComponent(),
        withIntermediateDirectories: true)
      let form = form(clip)
      var options = ClipWriter.Options()
      options.constantRateFactor = form.constantRateFactor
      options.framesPerSecond = form.framesPerSecond
      options.preset = .veryfast
      let writer = try ClipWriter(
        path: path, width: clip.pictures[0].width, height: clip.pictures[0].height,
        options: options)
      for picture in clip.pictures { try writer.append(picture) }
      try writer.finish()
    }
  }

  /// Extracts a folder of clips as a user does.
  static func extract(_ folder: String, to store: String) throws -> BuiltExecutable.Outcome {
    try BuiltExecutable.extract(
      "faceforensics", input: folder, store: store,
      set: ["compressions=[c23]", "sampling.framesPerVideo=8"])
  }
}
