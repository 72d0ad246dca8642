package import Imaging
internal import MediaDecoding
internal import Randomness

/// Perturbs pictures. The result is a function of the picture, its name, seed, perturbation and
/// level, and for compression of the clip, but never of order, batch or worker.
package struct Perturber: Sendable {
  /// A picture with a name, from which its random numbers are derived.
  package struct Picture: Sendable {
    /// A name that is unique in the data and doesn't depend on where the picture is stored, such as
    /// video, frame and face.
    package var name: String
    package var pixels: PixelBuffer

    package init(name: String, pixels: PixelBuffer) {
      self.name = name
      self.pixels = pixels
    }
  }

  /// Side of the grey squares of `Perturbation.blocks`, in pixels.
  static let blockSize = 8

  /// Shorter side, in pixels, to which the source's number of `Perturbation.blocks` applies.
  static let blockReference = 256

  private let seed: UInt64

  /// - Parameter seed: Seed of the noise and of the blocks' positions.
  package init(seed: UInt64) {
    self.seed = seed
  }

  /// Whether this machine can apply a perturbation: compression needs an FFmpeg with libx264.
  package static func canApply(_ perturbation: Perturbation) -> Bool {
    perturbation != .compression || ClipRecompressor.isAvailable
  }

  /// The perturbed pictures, in the same order and of the same size.
  ///
  /// A picture of 224x224 pixels takes a few milliseconds at most.
  ///
  /// - Parameters:
  ///   - pictures: For a perturbation that `needsClip`, the pictures of one face of one video in
  ///     presentation order, all of one size; otherwise any pictures.
  ///   - level: 1...5, or 0, which changes nothing.
  ///   - isCancelled: Called between pictures; true ends with `RobustnessError.Code.cancelled`.
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

  /// Number of squares in a picture: the source's `count` for each whole multiple of 256 pixels in
  /// the shorter side. The source is made for whole frames and gives none to smaller pictures; here
  /// they get so many that the same share is covered as in 256x256 pixels, at least one.
  static func blockCount(_ count: Int, width: Int, height: Int) -> Int {
    let multiple = min(width, height) / blockReference
    if multiple > 0 { return multiple * count }
    // The longer side of a narrow picture counts once.
    let area = Double(min(width, blockReference) * min(height, blockReference))
    let share = area / Double(blockReference * blockReference)
    return max(Int((share * Double(count)).rounded()), 1)
  }

  /// Adds squares, never in the last column and row, as in the source.
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

  /// Compresses with the defaults of `ffmpeg -crf`, which the source calls, at 25
  /// pictures a second whatever the distance between the sampled frames. BT.601 is the
  /// usual matrix of small pictures.
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
