internal import Foundation
package import Imaging

/// Writes pictures as an H.264 MP4 file (libx264, 8-bit 4:2:0, limited range, one thread). The same
/// pictures give the same file.
///
/// The file appears under its name when it is complete: `finish()` renames a temporary file beside
/// it, and a writer that is released before that removes the temporary file. Not thread-safe.
package final class ClipWriter {
  /// How a clip is encoded.
  package struct Options: Sendable {
    /// YUV matrix, flagged in the file.
    package enum ColourMatrix: Sendable, CaseIterable {
      /// ITU-R BT.601, for standard definition.
      case bt601
      /// ITU-R BT.709, for high definition.
      case bt709
    }

    /// How long x264 searches for ways to save bits.
    package enum Preset: String, Sendable, CaseIterable {
      case ultrafast, superfast, veryfast, faster, fast, medium, slow, slower, veryslow, placebo
    }

    /// Pictures per second, if no presentation times are given.
    package var framesPerSecond = 25.0

    /// x264's quality: 0 (lossless) to 51; lower is better and larger.
    package var constantRateFactor = 18.0

    /// x264's preset, which trades time for size.
    package var preset = Preset.medium

    /// Maximum number of pictures from one key frame to the next.
    package var keyInterval = 50

    /// Maximum number of consecutive B-frames.
    package var maximumBFrames = 3

    /// YUV matrix, flagged in the file.
    package var colourMatrix = ColourMatrix.bt709

    /// Clockwise rotation that a player shall apply, in units of 90 degrees, as telephones record
    /// it.
    package var quarterTurns = 0

    /// Number of the encoder's threads; 0 for a number that fits the cores.
    var threads = 1

    /// Further settings in x264's notation, e.g. `open-gop=1:b-pyramid=normal`.
    var encoderParameters = ""

    /// Whether the first line's field of interlaced pictures is shown first; nil for progressive
    /// ones.
    var isTopFieldFirst: Bool?

    /// Colours of the pictures; nil for SDR of `colourMatrix`.
    var signal: ClipSignal?

    /// What the container says in addition.
    var container = ContainerClaims()

    package init() {}
  }

  /// Ticks per second of the file.
  private static let timescale: Int32 = 90_000

  private let path: String
  private let temporaryPath: String
  private let width: Int
  private let height: Int
  private let options: Options
  private let output: ClipOutput
  private var framesWritten = 0
  private var lastTick: Int64?
  private var isFinished = false

  /// Starts a clip.
  ///
  /// - Parameters:
  ///   - path: the finished file; one that exists is replaced.
  ///   - width: width of all pictures in pixels, even.
  ///   - height: height of all pictures in pixels, even.
  package init(
    path: String, width: Int, height: Int, options: Options = Options()
  ) throws(MediaError) {
    guard width > 0, height > 0, width <= 16_384, height <= 16_384, width % 2 == 0, height % 2 == 0
    else {
      throw MediaError(
        .writingFailed,
        "\(path): \(width)x\(height) pixels: width and height must be even, at most 16384")
    }
    guard options.framesPerSecond > 0, options.framesPerSecond <= 1000 else {
      throw MediaError(
        .writingFailed,
        "\(path): \(options.framesPerSecond) pictures per second: expected 0...1000")
    }
    self.path = path
    temporaryPath = "\(path).\(UUID().uuidString).partial"
    self.width = width
    self.height = height
    self.options = options
    do {
      output = try ClipOutput(
        path: temporaryPath, width: width, height: height, options: options,
        timescale: ClipWriter.timescale)
    } catch {
      unlink(temporaryPath)
      throw error
    }
  }

  deinit {
    if !isFinished { unlink(temporaryPath) }
  }

  /// Appends a picture.
  ///
  /// - Parameter timestampSeconds: presentation time, after that of the picture before; nil for the
  ///   constant rate of the options.
  package func append(
    _ picture: PixelBuffer, timestampSeconds: Double? = nil
  ) throws(MediaError) {
    precondition(!isFinished, "nothing is appended to a finished clip")
    guard picture.width == width, picture.height == height else {
      throw MediaError(
        .writingFailed,
        "\(path): picture \(framesWritten): expected \(width)x\(height) pixels, got "
          + "\(picture.width)x\(picture.height)")
    }
    let seconds = timestampSeconds ?? Double(framesWritten) / options.framesPerSecond
    guard seconds >= 0, seconds < 1e6 else {
      throw MediaError(
        .writingFailed,
        "\(path): picture \(framesWritten): time \(seconds) s: expected 0...1000000")
    }
    let tick = Int64((seconds * Double(ClipWriter.timescale)).rounded())
    guard tick > lastTick ?? -1 else {
      throw MediaError(
        .writingFailed,
        "\(path): picture \(framesWritten): time \(seconds) s is not after the picture before")
    }
    try output.append(picture, tick: tick)
    lastTick = tick
    framesWritten += 1
  }

  /// Completes the file and renames it to its final name.
  package func finish() throws(MediaError) {
    precondition(!isFinished, "a clip is finished once")
    guard framesWritten > 0 else {
      throw MediaError(.writingFailed, "\(path): a clip needs at least one picture")
    }
    try output.close()
    guard rename(temporaryPath, path) == 0 else {
      throw MediaError(
        .writingFailed, "\(path): can't be renamed: \(String(cString: strerror(errno)))")
    }
    isFinished = true
  }
}
