package import Imaging
internal import MediaDecoding
internal import Randomness

/// Perturbs pictures. What happens to one is a function of seed, name, perturbation and level, and for
/// compression of its clip: never of order, batch or worker.
package struct Perturber: Sendable {
  /// A picture with the name that its random numbers come from.
  package struct Picture: Sendable {
    /// Unique in the data, such as video, frame and face; the same wherever the picture lies.
    package var name: String
    /// The pixels.
    package var pixels: PixelBuffer

    /// Names a picture.
    package init(name: String, pixels: PixelBuffer) {
      self.name = name
      self.pixels = pixels
    }
  }

  /// Side of the grey squares of `Perturbation.blocks` in pixels.
  static let blockSize = 8

  /// Shorter side for which the source counts `Perturbation.blocks`.
  static let blockReference = 256

  private let seed: UInt64

  /// - Parameter seed: another one gives other noise and other places of blocks.
  package init(seed: UInt64) {
    self.seed = seed
  }

  /// Whether this machine can do it: compression needs an FFmpeg with libx264.
  package static func canApply(_ perturbation: Perturbation) -> Bool {
    perturbation != .compression || ClipRecompressor.isAvailable
  }

  /// The perturbed pictures, in the same order and of the same size.
  ///
  /// For 224x224 pixels one picture takes some milliseconds at most.
  ///
  /// - Parameters:
  ///   - pictures: for a perturbation that `needsClip` one face of one video in order of
  ///     presentation, all of one size; else any.
  ///   - level: 1...5, or 0, which changes nothing.
  ///   - isCancelled: asked between pictures; ends with `RobustnessError.Code.cancelled`.
  package func perturbed(
    _ pictures: [Picture], by perturbation: Perturbation, level: Int,
    isCancelled: () -> Bool = { false }
  ) throws(RobustnessError) -> [PixelBuffer] {
    if level == 0 { return pictures.map(\.pixels) }
    guard let parameter = perturbation.parameter(level: level) else {
      throw RobustnessError(
        .unknownLevel, "\(perturbation.rawValue): expected a level of 0...5, got \(level)")
    }
    if perturbation == .compression {
      return try compressed(pictures.map(\.pixels), rateFactor: parameter, isCancelled)
    }
    var result: [PixelBuffer] = []
    result.reserveCapacity(pictures.count)
    for picture in pictures {
      if isCancelled() { throw RobustnessError(.cancelled, "stopped between pictures") }
      var pixels = picture.pixels
      var random = RandomStream(
        seed: seed, .perturbation, NameHash.of(picture.name), NameHash.of(perturbation.code),
        UInt64(level))
      apply(perturbation, parameter, to: &pixels, using: &random)
      result.append(pixels)
    }
    return result
  }

  private func apply(
    _ perturbation: Perturbation, _ parameter: Double, to pixels: inout PixelBuffer,
    using random: inout RandomStream
  ) {
    switch perturbation {
    case .saturation: pixels.scaleSaturation(by: Float(parameter))
    case .contrast: pixels.scaleValues(by: Float(parameter))
    case .blocks: Self.addBlocks(count: Int(parameter), to: &pixels, using: &random)
    case .noise:
      let count = 3 * pixels.width * pixels.height
      let normals = (0..<count).map { _ in random.normal() }
      pixels.addYCbCrNoise(variance: Float(parameter), normals: normals)
    case .blur: pixels.blur(kernelSize: Int(parameter), sigma: parameter / 6)
    case .pixelation: pixels.pixelate(factor: Int(parameter))
    case .compression: preconditionFailure("compression is for clips")
    }
  }

  /// How many squares a picture gets: the source's `count` for each whole multiple of 256 pixels in the
  /// shorter side. It means whole frames and gives none to smaller pictures; those get as many as keep
  /// the covered share that of 256x256 pixels, at least one.
  static func blockCount(_ count: Int, width: Int, height: Int) -> Int {
    let multiple = min(width, height) / blockReference
    if multiple > 0 { return multiple * count }
    // The longer side of a narrow picture counts once.
    let area = Double(min(width, blockReference) * min(height, blockReference))
    let share = area / Double(blockReference * blockReference)
    return max(Int((share * Double(count)).rounded()), 1)
  }

  /// Like the source, never in the last column and row.
  private static func addBlocks(
    count: Int, to pixels: inout PixelBuffer, using random: inout RandomStream
  ) {
    let block = PixelBuffer(width: blockSize, height: blockSize, red: 128, green: 128, blue: 128)
    for _ in 0..<blockCount(count, width: pixels.width, height: pixels.height) {
      let x = random.below(max(pixels.width - blockSize, 1))
      let y = random.below(max(pixels.height - blockSize, 1))
      pixels.paste(block, x: x, y: y)
    }
  }

  /// The source calls `ffmpeg -crf`, whose defaults these are; 25 pictures a second whatever the
  /// distance of the sampled frames was. BT.601 is the matrix of small pictures.
  private func compressed(
    _ pictures: [PixelBuffer], rateFactor: Double, _ isCancelled: () -> Bool
  ) throws(RobustnessError) -> [PixelBuffer] {
    var options = ClipWriter.Options()
    options.preset = .medium
    options.constantRateFactor = rateFactor
    options.framesPerSecond = 25
    options.keyInterval = 250
    options.maximumBFrames = 3
    options.colourMatrix = .bt601
    do throws(MediaError) {
      return try ClipRecompressor.recompress(
        pictures, options: options, isCancelled: isCancelled)
    } catch {
      let code: RobustnessError.Code =
        switch error.code {
        case .cancelled: .cancelled
        case .unsupportedCodec: .compressionUnavailable
        default: .compressionFailed
        }
      throw RobustnessError(code, "H.264 at CRF \(rateFactor): \(error.message)")
    }
  }
}
