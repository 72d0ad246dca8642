import Foundation
import Imaging
import Testing
import Workers

@testable import Robustness

/// Perturbed pictures.
@Suite struct PerturberTests {
  private let perturber = Perturber(seed: 7)

  private func clip(_ count: Int, width: Int = 96, height: Int = 80) -> [Perturber.Picture] {
    (0..<count).map {
      Perturber.Picture(
        name: "video/\($0)", pixels: drawnPicture($0, width: width, height: height))
    }
  }

  /// Level 0 changes nothing.
  @Test(arguments: Perturbation.allCases)
  func levelZero(perturbation: Perturbation) throws {
    let clip = clip(3)
    #expect(try perturber.perturbed(clip, by: perturbation, level: 0) == clip.map(\.pixels))
  }

  /// No pictures give no pictures.
  @Test(arguments: Perturbation.allCases)
  func empty(perturbation: Perturbation) throws {
    #expect(try perturber.perturbed([], by: perturbation, level: 3).isEmpty)
  }

  /// The damage grows from level to level.
  @Test(arguments: Perturbation.allCases)
  func monotone(perturbation: Perturbation) throws {
    let clip = clip(8, width: 256, height: 256)
    var former = Double.infinity
    for level in Perturbation.levels {
      let changed = try perturber.perturbed(clip, by: perturbation, level: level)
      let square = zip(clip, changed).reduce(0) {
        $0 + Difference($1.0.pixels, $1.1).meanSquare / 8
      }
      // The same clip, so the ratio of signal to noise falls where the mean square grows.
      let decibels = 10 * log10(255 * 255 / square)
      #expect(decibels < former - 0.1, "\(perturbation) level \(level): \(decibels) dB")
      former = decibels
    }
  }

  /// Pictures keep their size, also odd and tiny ones.
  @Test(arguments: Perturbation.allCases)
  func sizes(perturbation: Perturbation) throws {
    for (width, height) in [(1, 1), (2, 2), (7, 5), (8, 8), (33, 64), (300, 17)] {
      for level in [1, 5] {
        let changed = try perturber.perturbed(
          clip(2, width: width, height: height), by: perturbation, level: level)
        #expect(changed.map(\.width) == [width, width], "\(width)x\(height)")
        #expect(changed.map(\.height) == [height, height], "\(width)x\(height)")
      }
    }
  }

  /// Batches and workers have no influence.
  @Test(arguments: Perturbation.allCases)
  func determinism(perturbation: Perturbation) throws {
    let pictures = clip(7)
    let perturber = perturber
    let together = try perturber.perturbed(pictures, by: perturbation, level: 4)
    // Units that don't depend on each other: pictures, or whole clips.
    let units = perturbation.needsClip ? [pictures, pictures] : pictures.map { [$0] }
    for workers in [1, 2, 5] {
      let results = Locked<[Int: [PixelBuffer]]>([:])
      try WorkerPool(workerCount: workers).forEach(Array(units.indices.reversed())) { _ in
        { unit in
          let changed = try perturber.perturbed(units[unit], by: perturbation, level: 4)
          results.withLock { $0[unit] = changed }
        }
      }
      let collected = results.withLock { $0 }
      let ordered = units.indices.map { collected[$0] ?? [] }
      #expect(
        ordered == (perturbation.needsClip ? [together, together] : together.map { [$0] }),
        "\(workers) workers")
    }
  }

  /// Noise and blocks depend on seed and name.
  @Test(arguments: [Perturbation.noise, .blocks])
  func randomness(perturbation: Perturbation) throws {
    let pixels = drawnPicture(0, width: 64, height: 64)
    func picture(_ seed: UInt64, _ name: String, _ level: Int = 2) throws -> PixelBuffer? {
      try Perturber(seed: seed).perturbed(
        [Perturber.Picture(name: name, pixels: pixels)], by: perturbation, level: level
      ).first
    }
    let first = try picture(1, "a")
    #expect(try picture(1, "a") == first)
    #expect(try picture(2, "a") != first)
    #expect(try picture(1, "b") != first)
  }

  /// Noise has the deviation of its definition.
  @Test func noiseDeviation() throws {
    let grey = PixelBuffer(width: 128, height: 128, red: 128, green: 128, blue: 128)
    let changed = try perturber.perturbed(
      [Perturber.Picture(name: "grey", pixels: grey)], by: .noise, level: 1)
    // Green is Y - 0.714 Cr - 0.344 Cb; truncation to whole numbers takes half a step.
    let greens = stride(from: 1, to: grey.bytes.count, by: 4).map { Double(changed[0].bytes[$0]) }
    let mean = greens.reduce(0, +) / Double(greens.count)
    let variance = greens.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(greens.count)
    let (luma, chroma) = (65_025.0 / 219, 65_025.0 / 224)
    let expected =
      0.001 * (luma * luma + (0.714 * 0.714 + 0.344 * 0.344) * chroma * chroma) + 1.0 / 12
    #expect(abs(mean - 127.5) < 0.5)
    #expect(abs(variance / expected - 1) < 0.05, "variance \(variance), expected \(expected)")
  }

  /// Blocks are grey squares that cover the expected share of the area.
  @Test func blocks() throws {
    #expect(Perturber.blockCount(16, width: 256, height: 400) == 16)
    #expect(Perturber.blockCount(16, width: 1920, height: 1080) == 64)
    #expect(Perturber.blockCount(80, width: 224, height: 224) == 61)
    #expect(Perturber.blockCount(16, width: 8, height: 8) == 1)
    let black = PixelBuffer(width: 512, height: 512)
    for level in Perturbation.levels {
      let changed = try perturber.perturbed(
        [Perturber.Picture(name: "black", pixels: black)], by: .blocks, level: level)
      let values = Set(changed[0].bytes.enumerated().filter { $0.offset % 4 != 3 }.map(\.element))
      #expect(values == [0, 128])
      let reds = stride(from: 0, to: black.bytes.count, by: 4).map { changed[0].bytes[$0] }
      let grey = reds.count { $0 == 128 }
      let most = 2 * 16 * level * 64
      // They overlap a little; the last column and row have none.
      #expect((most * 9 / 10...most).contains(grey), "level \(level): \(grey) of \(most)")
      #expect((0..<512).allSatisfy { changed[0][511, $0].x == 0 && changed[0][$0, 511].x == 0 })
    }
  }

  /// An unknown level is an error.
  @Test(arguments: Perturbation.allCases)
  func unknownLevel(perturbation: Perturbation) {
    for level in [-1, 6, .max, .min] {
      #expect(perturbation.parameter(level: level) == nil)
      let error = #expect(throws: RobustnessError.self) {
        try perturber.perturbed(clip(1), by: perturbation, level: level)
      }
      #expect(error?.code == .unknownLevel)
      #expect(error?.message.contains("0...5, got \(level)") == true)
    }
  }

  /// A caller can stop the work.
  @Test(arguments: Perturbation.allCases)
  func cancellation(perturbation: Perturbation) {
    let error = #expect(throws: RobustnessError.self) {
      try perturber.perturbed(clip(2), by: perturbation, level: 1, isCancelled: { true })
    }
    #expect(error?.code == .cancelled)
  }

  /// Pictures of two sizes can't be a clip.
  @Test func mixedSizes() {
    let clip = clip(2) + clip(1, width: 32, height: 32)
    let error = #expect(throws: RobustnessError.self) {
      try perturber.perturbed(clip, by: .compression, level: 1)
    }
    #expect(error?.code == .compressionFailed)
    #expect(error?.message.contains("picture 2") == true)
  }
}
