import Contract
import Imaging
import Randomness
import Testing

@testable import TrainingData

/// Augmentation.
@Suite struct AugmentationTests {
  private func random(_ number: Int) -> RandomStream {
    RandomStream(seed: 5, .augmentation, 0, UInt64(number))
  }

  private func augmented(
    _ source: PixelBuffer, _ number: Int, _ change: (inout AugmentationSettings) -> Void
  ) throws -> (picture: PixelBuffer, plan: AugmentationPlan) {
    var settings = AugmentationSettings.none
    change(&settings)
    var (picture, random) = (source, random(number))
    let summary = try Augmenter(settings).augment(&picture, using: &random)
    #expect(picture.width == source.width && picture.height == source.height)
    return (picture, summary.plan)
  }

  /// Mean of the squared differences of neighbours in a row.
  private func roughness(_ picture: PixelBuffer) -> Double {
    var sum = 0.0
    for y in 0..<picture.height {
      for x in 1..<picture.width {
        for channel in 0..<3 {
          let step = Int(picture[x, y][channel]) - Int(picture[x - 1, y][channel])
          sum += Double(step * step)
        }
      }
    }
    return sum / Double(3 * picture.height * (picture.width - 1))
  }

  /// Mean of the squared differences of two pictures.
  private func distance(_ left: PixelBuffer, _ right: PixelBuffer) -> Double {
    zip(left.bytes, right.bytes).reduce(0.0) {
      let step = Double($1.0) - Double($1.1)
      return $0 + step * step
    } / Double(left.width * left.height * 3)
  }

  private func channelMeans(_ picture: PixelBuffer) -> [Double] {
    (0..<3).map { channel in
      stride(from: channel, to: picture.bytes.count, by: 4).reduce(0.0) {
        $0 + Double(picture.bytes[$1])
      } / Double(picture.width * picture.height)
    }
  }

  /// Without probabilities nothing changes.
  @Test func none() throws {
    for number in 0..<20 {
      let source = picture(number, size: 40)
      #expect(try augmented(source, number) { _ in }.picture == source)
    }
  }

  /// The same stream gives the same picture, whatever was augmented between.
  @Test func deterministic() throws {
    let one = try Augmenter(AugmentationSettings())
    let other = try Augmenter(AugmentationSettings())
    let source = picture(1, size: 48)
    var different = 0
    for number in (0..<40).reversed() {
      var (first, second) = (source, source)
      var (left, right) = (random(number), random(number))
      try one.augment(&first, using: &left)
      var between = picture(number, size: 33)
      var stream = random(number + 1)
      try other.augment(&between, using: &stream)
      try other.augment(&second, using: &right)
      #expect(first == second)
      #expect(left.next() == right.next())
      if first != source { different += 1 }
    }
    #expect(different > 30)
  }

  /// Each change happens with its probability, within its range, independent of the others.
  @Test func statistics() throws {
    var settings = AugmentationSettings()
    settings.recompression = 0.3
    var counts: [String: Int] = [:]
    let total = 20_000
    var shiftSum = 0.0
    for number in 0..<total {
      var random = random(number)
      let plan = AugmentationPlan(settings, using: &random)
      if plan.flip { counts["flip", default: 0] += 1 }
      if let affine = plan.affine {
        counts["affine", default: 0] += 1
        #expect(abs(affine.rotationDegrees) <= 6 && settings.scale.contains(affine.scale))
        #expect(abs(affine.shift.x) <= 0.03 && abs(affine.shift.y) <= 0.03)
        shiftSum += affine.shift.x
      }
      if let colour = plan.colour {
        counts["colour", default: 0] += 1
        for factor in [colour.brightness, colour.contrast, colour.saturation] {
          #expect((0.8...1.2).contains(factor))
        }
      }
      if let sigma = plan.blurSigma {
        counts["blur", default: 0] += 1
        #expect(settings.blurSigma.contains(sigma))
      }
      if let factor = plan.downscaleFactor {
        counts["downscale", default: 0] += 1
        #expect(settings.downscaleFactor.contains(factor))
      }
      if let noise = plan.noise {
        counts["noise", default: 0] += 1
        #expect(settings.noiseSigma.contains(noise.sigma))
      }
      if let jpeg = plan.jpeg {
        counts["jpeg", default: 0] += 1
        if jpeg.chroma == .quarter { counts["quarter", default: 0] += 1 }
        if jpeg.quality < 70 { counts["low", default: 0] += 1 }
        #expect((40...100).contains(jpeg.quality))
      }
      if let recompression = plan.recompression {
        counts["recompression", default: 0] += 1
        if recompression.motion == nil { counts["key picture", default: 0] += 1 }
        #expect(settings.recompressionCRF.contains(recompression.constantRateFactor))
        #expect(settings.recompressionScale.contains(recompression.scale))
      }
      if let erasing = plan.erasing {
        counts["erasing", default: 0] += 1
        #expect((0.0199...0.1201).contains(erasing.width * erasing.height))
        #expect(erasing.x >= 0 && erasing.x + erasing.width <= 1)
        #expect(erasing.y >= 0 && erasing.y + erasing.height <= 1)
      }
    }
    // Four standard deviations of a count are at most 0.015 of the total.
    for (name, share) in [
      ("flip", 0.5), ("affine", 0.5), ("colour", 0.5), ("blur", 0.15), ("downscale", 0.2),
      ("noise", 0.2), ("jpeg", 0.4), ("quarter", 0.2), ("low", 0.2), ("erasing", 0.1),
      ("recompression", 0.3), ("key picture", 0.15),
    ] {
      let measured = Double(counts[name, default: 0]) / Double(total)
      #expect(abs(measured - share) < 0.015, "\(name): \(measured)")
    }
    #expect(abs(shiftSum / Double(total)) < 0.001)
  }

  /// Another probability of one change doesn't alter the others.
  @Test func independentDraws() throws {
    var without = AugmentationSettings()
    without.noise = 0
    without.jpegQuality = 90...95
    without.recompression = 1
    for number in 0..<200 {
      var (left, right) = (random(number), random(number))
      let first = AugmentationPlan(AugmentationSettings(), using: &left)
      let second = AugmentationPlan(without, using: &right)
      #expect(first.erasing == second.erasing && first.affine == second.affine)
      #expect(first.flip == second.flip && first.blurSigma == second.blurSigma)
      #expect((first.jpeg == nil) == (second.jpeg == nil))
      #expect(left.next() == right.next())
    }
  }

  /// An affine map rotates, scales and shifts the picture's content.
  @Test func affine() throws {
    let affine = AugmentationPlan.Affine(rotationDegrees: 30, scale: 2, shift: SIMD2(0.1, -0.2))
    let transform = affine.transform(width: 100, height: 100)
    // The shifted centre shows the old centre.
    let centre = transform.inverse.apply(SIMD2(50, 50))
    #expect(abs(transform.apply(SIMD2(50, 50)).x - 50) > 1)
    #expect(abs(transform.scale - 0.5) < 1e-12)
    let right = transform.inverse.apply(SIMD2(60, 50)) - centre
    #expect(abs(right.x - 20 * 0.75.squareRoot()) < 1e-9 && abs(abs(right.y) - 10) < 1e-9)
    let same = try augmented(picture(3, size: 40), 3) {
      $0.affine = 1
      $0.rotation = 0
      $0.scale = 1...1
      $0.shift = 0
    }
    #expect(same.picture == picture(3, size: 40))
    let moved = try augmented(picture(3, size: 40), 3) { $0.affine = 1 }
    #expect(moved.picture != picture(3, size: 40))
  }

  /// The colour factors have the effect that their names say.
  @Test func colour() {
    let source = picture(4, size: 40)
    func changed(_ brightness: Double, _ contrast: Double, _ saturation: Double) -> PixelBuffer {
      var result = source
      result.change(.init(brightness: brightness, contrast: contrast, saturation: saturation))
      return result
    }
    #expect(changed(1, 1, 1) == source)
    let means = channelMeans(source)
    for (before, after) in zip(means, channelMeans(changed(0.8, 1, 1))) {
      #expect(abs(after - 0.8 * before) < 1)
    }
    // No contrast is one grey, no saturation is grey everywhere.
    let flat = changed(1, 0, 1)
    let level = Int(0.299 * means[0] + 0.587 * means[1] + 0.114 * means[2])
    #expect(abs(Int(flat[7, 7].x) - level) <= 2 && roughness(flat) == 0)
    let grey = changed(1, 1, 0)
    for x in 0..<40 {
      let (pixel, old) = (grey[x, 9], source[x, 9])
      #expect(pixel.x == pixel.y && pixel.y == pixel.z)
      let luma = 0.299 * Double(old.x) + 0.587 * Double(old.y) + 0.114 * Double(old.z)
      #expect(abs(Double(pixel.x) - luma) <= 2)
    }
    #expect(roughness(changed(1, 0.8, 1)) < 0.8 * roughness(source))
  }

  /// Noise has the requested standard deviation, a mean of 0, and no correlation between colours.
  @Test func noise() throws {
    let source = PixelBuffer(width: 100, height: 100, red: 128, green: 128, blue: 128)
    for sigma in [2.0, 5, 12] {
      let noisy = try augmented(source, 8) {
        $0.noise = 1
        $0.noiseSigma = sigma...sigma
      }.picture
      #expect(abs(distance(noisy, source).squareRoot() - sigma) < 0.03 * sigma + 0.05)
      for mean in channelMeans(noisy) { #expect(abs(mean - 128) < 4 * sigma / 100) }
      var product = 0.0
      for y in 0..<100 {
        for x in 0..<100 {
          let pixel = noisy[x, y]
          product += (Double(pixel.x) - 128) * (Double(pixel.y) - 128)
        }
      }
      #expect(abs(product / 10_000) < 0.04 * sigma * sigma)
    }
    #expect(NormalTable.values.map { -$0 } == NormalTable.values.reversed())
    #expect(abs(NormalTable.values[4095] - 3.7) < 0.05)
    // The quartile of the standard normal distribution.
    #expect(abs(NormalTable.values[3072] - 0.6745) < 0.002)
  }

  /// Blur and downscaling remove fine detail, more if they are stronger; means stay.
  @Test func softer() throws {
    let source = try augmented(picture(9, size: 64), 9) {
      $0.noise = 1
      $0.noiseSigma = 10...10
    }.picture
    var last = roughness(source)
    for sigma in [0.5, 0.9, 1.6] {
      let soft = try augmented(source, 9) {
        $0.blur = 1
        $0.blurSigma = sigma...sigma
      }.picture
      #expect(roughness(soft) < 0.8 * last)
      last = roughness(soft)
      for (before, after) in zip(channelMeans(source), channelMeans(soft)) {
        #expect(abs(before - after) < 0.5)
      }
    }
    last = roughness(source)
    for factor in [0.9, 0.6, 0.4] {
      let soft = try augmented(source, 9) {
        $0.downscale = 1
        $0.downscaleFactor = factor...factor
      }.picture
      #expect(roughness(soft) < last)
      last = roughness(soft)
    }
  }

  /// JPEG of low quality changes more than of high, within its bounds.
  @Test func jpeg() throws {
    let source = picture(10, size: 64)
    var distances: [Double] = []
    for quality in [100.0, 80, 40, 10] {
      let result = try augmented(source, 10) {
        $0.jpeg = 1
        $0.jpegQuality = quality...quality
      }
      #expect(result.plan.jpeg?.quality == Int(quality))
      distances.append(distance(result.picture, source))
    }
    #expect(distances == distances.sorted() && distances[0] > 0 && distances[0] < 20)
  }

  /// Video compression at a high factor changes more than at a low one, at a smaller size more than
  /// at the whole, and in both kinds of pictures.
  @Test(arguments: [true, false]) func recompression(hasMotion: Bool) throws {
    let source = picture(11, size: 64)
    func changed(_ factor: Double, scale: Double = 1) throws -> PixelBuffer {
      // The first draw that has such a motion.
      let numbers = (0..<100).lazy.compactMap { number -> PixelBuffer? in
        let result = try? augmented(source, number) {
          $0.recompression = 1
          $0.recompressionCRF = factor...factor
          $0.recompressionScale = scale...scale
        }
        guard let result, let plan = result.plan.recompression else { return nil }
        #expect(plan.constantRateFactor == factor && plan.scale == scale)
        return (plan.motion != nil) == hasMotion ? result.picture : nil
      }
      return try #require(numbers.first)
    }
    let distances = try [10.0, 23, 32, 40].map { distance(try changed($0), source) }
    #expect(distances == distances.sorted() && Set(distances).count == 4, "\(distances)")
    #expect(distances[0] > 0 && distances[0] < 15 && distances[3] > 3 * distances[0])
    #expect(distance(try changed(23, scale: 0.5), source) > distances[1])
  }

  /// No encoder carries anything from one picture to the next: the same draw gives the same bytes,
  /// whatever was encoded before, in whatever order, on whatever thread.
  @Test func recompressionRemembersNothing() async throws {
    var settings = AugmentationSettings.none
    settings.recompression = 1
    let chosen = settings
    @Sendable func result(_ number: Int, _ augmenter: Augmenter) throws -> PixelBuffer {
      var (picture, random) = (picture(number, size: 48), random(number))
      try augmenter.augment(&picture, using: &random)
      return picture
    }
    let fresh = try (0..<24).map { try result($0, Augmenter(chosen)) }
    let used = try Augmenter(settings)
    for number in [5, 17, 0, 5, 23, 2, 11, 0] {
      #expect(try result(number, used) == fresh[number], "picture \(number)")
    }
    let together = try await withThrowingTaskGroup(of: [PixelBuffer].self) { group in
      for thread in 0..<4 {
        group.addTask {
          let augmenter = try Augmenter(chosen)
          return try (0..<24).map { try result(($0 * 5 + thread) % 24, augmenter) }
        }
      }
      return try await group.reduce(into: [[PixelBuffer]]()) { $0.append($1) }
    }
    for pictures in together { #expect(Set(pictures.map(\.bytes)) == Set(fresh.map(\.bytes))) }
    #expect(Set(fresh.map(\.bytes)).count == 24)
  }

  /// Erasing fills one rectangle of its area and nothing else.
  @Test func erasing() throws {
    let source = PixelBuffer(width: 100, height: 80, red: 1, green: 2, blue: 3)
    for number in 0..<30 {
      let result = try augmented(source, number) {
        $0.erasing = 1
        $0.erasingArea = 0.1...0.1
      }
      var (columns, rows): (Set<Int>, Set<Int>) = ([], [])
      var changed = 0
      for y in 0..<80 {
        for x in 0..<100 where result.picture[x, y] != source[x, y] {
          columns.insert(x)
          rows.insert(y)
          changed += 1
        }
      }
      #expect((720...940).contains(changed))
      let width = (columns.max() ?? 0) - (columns.min() ?? 0) + 1
      let height = (rows.max() ?? 0) - (rows.min() ?? 0) + 1
      #expect(columns.count == width && rows.count == height && changed == width * height)
    }
  }

  /// Pictures of one pixel and of odd sizes can be augmented with every setting at its limits.
  @Test func extremes() throws {
    var settings = AugmentationSettings()
    settings.flip = 1
    settings.jpeg = 1
    settings.jpegQuality = 1...100
    settings.noise = 1
    settings.noiseSigma = 100...100
    settings.blur = 1
    settings.blurSigma = 10...10
    settings.downscale = 1
    settings.downscaleFactor = 0.1...1
    settings.colour = 1
    settings.brightness = 1
    settings.contrast = 1
    settings.saturation = 1
    settings.affine = 1
    settings.rotation = 45
    settings.scale = 0.5...2
    settings.shift = 0.5
    settings.erasing = 1
    settings.erasingArea = 0...0.5
    settings.recompression = 1
    settings.recompressionCRF = 0...51
    settings.recompressionScale = 0.1...2
    let augmenter = try Augmenter(settings)
    for size in [1, 2, 7, 33] {
      for number in 0..<20 {
        var (picture, random) = (picture(number, size: size), random(number))
        try augmenter.augment(&picture, using: &random)
        #expect(picture.width == size && picture.height == size)
      }
    }
  }

  /// Settings out of bounds are refused by name.
  @Test func bounds() {
    let changes: [(String, (inout AugmentationSettings) -> Void)] = [
      ("flip", { $0.flip = 1.1 }), ("noise", { $0.noise = -0.1 }), ("colour", { $0.colour = .nan }),
      ("jpegQuality", { $0.jpegQuality = 0...50 }), ("blurSigma", { $0.blurSigma = 0...1e9 }),
      ("downscaleFactor", { $0.downscaleFactor = 0...1 }), ("scale", { $0.scale = 0.1...1 }),
      ("erasingArea", { $0.erasingArea = 0.1...0.9 }), ("rotation", { $0.rotation = 90 }),
      ("shift", { $0.shift = .infinity }), ("recompression", { $0.recompression = 2 }),
      ("recompressionCRF", { $0.recompressionCRF = 23...52 }),
      ("recompressionScale", { $0.recompressionScale = 0...1 }),
    ]
    for (name, change) in changes {
      var settings = AugmentationSettings()
      change(&settings)
      expectError(.invalidSetting, "augmentation.\(name)", "expected") {
        _ = try Augmenter(settings)
      }
    }
  }
}
