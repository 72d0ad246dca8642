import Contract
import Imaging
import Measure
import Randomness
import SelfBlending
import Terminal
import TrainingData

/// The measurements of `trainer benchmark --data`: each step of loading a picture, from the store
/// to the network, on generated pictures.
struct BenchmarkData {
  /// A step of loading.
  struct Step: Encodable {
    let name: String
    /// CPU time of one thread per picture, median over the rounds.
    let milliseconds: Double
  }

  /// The result, as JSON.
  struct Report: Encodable {
    let size: Int
    let rounds: Int
    let processor: String
    let steps: [Step]
  }

  let size: Int
  let rounds: Int

  /// Number of pictures per round.
  private static let count = 32

  /// Measures all steps in turn, round after round.
  ///
  /// - Parameter progress: Called with the number of finished rounds.
  func measure(progress: (Int) -> Void) throws -> Report {
    let steps = try makeSteps()
    var seconds = [[Double]](repeating: [], count: steps.count)
    for round in 0...rounds {
      for (index, step) in steps.enumerated() {
        let start = ThreadCPUClock.seconds()
        for number in 0..<Self.count { try step.body(number) }
        // The first round warms up.
        if round > 0 { seconds[index].append(ThreadCPUClock.seconds() - start) }
      }
      progress(round)
    }
    return Report(
      size: size, rounds: rounds, processor: Hardware.current.processor,
      steps: zip(steps, seconds).map { step, seconds in
        Step(name: step.name, milliseconds: median(seconds) / Double(Self.count) * 1e3)
      })
  }

  private func makeSteps() throws -> [(name: String, body: (Int) throws -> Void)] {
    let picture = Self.picture(size: size)
    let file = try JPEGEncoder(quality: 95).encode(picture)
    let decoder = try JPEGDecoder()
    let blender = SelfBlender()
    // Eyes, nose and corners of the mouth of a face that is aligned with the usual margin.
    let points = [(0.38, 0.47), (0.62, 0.47), (0.5, 0.61), (0.4, 0.74), (0.6, 0.74)]
      .map { SIMD2($0.0, $0.1) * Double(size) }
    func blend(_ member: SelfBlender.Member) -> (Int) -> Void {
      { number in
        guard let face = FacePoints(points) else { return }
        var random = RandomStream(seed: UInt64(number), .selfBlending)
        let plan = SelfBlendPlan(
          SelfBlendingSettings(), face: face, size: size, using: &random)
        var copy = picture
        blender.apply(plan, to: &copy, as: member)
      }
    }
    func augment(_ settings: AugmentationSettings) throws -> (Int) throws -> Void {
      let augmenter = try Augmenter(settings)
      return { number in
        var random = RandomStream(seed: UInt64(number), .augmentation)
        var copy = picture
        try augmenter.augment(&copy, using: &random)
      }
    }
    func only(
      _ change: (inout AugmentationSettings) -> Void
    ) throws -> (Int) throws -> Void {
      var settings = AugmentationSettings.none
      change(&settings)
      return try augment(settings)
    }
    return [
      ("decode JPEG", { _ in _ = try decoder.decode(file.span.bytes) }),
      ("self-blend, real picture", blend(.real)),
      ("self-blend, fake", blend(.fake)),
      ("augment by the defaults", try augment(AugmentationSettings())),
      ("... affine map", try only { $0.affine = 1 }),
      ("... colour", try only { $0.colour = 1 }),
      ("... blur", try only { $0.blur = 1 }),
      ("... loss of size", try only { $0.downscale = 1 }),
      ("... noise", try only { $0.noise = 1 }),
      ("... JPEG", try only { $0.jpeg = 1 }),
      ("recompress as H.264", try only { $0.recompression = 1 }),
    ]
  }

  /// A picture with gradients, edges and a little noise.
  private static func picture(size: Int) -> PixelBuffer {
    var random = RandomStream(seed: 1, .check)
    var picture = PixelBuffer(width: size, height: size)
    for y in 0..<size {
      for x in 0..<size {
        let (across, down) = (200 * x / size, 200 * y / size)
        let edge = (x * 7 / size + y * 5 / size) % 2 * 30
        func value(_ number: Int) -> UInt8 { UInt8(clamping: number + random.below(8)) }
        picture[x, y] = SIMD4(
          value(20 + across + edge), value(20 + down), value(220 - across + edge), 255)
      }
    }
    return picture
  }
}

extension BenchmarkData.Report {
  /// The result as text.
  func render() -> String {
    var table = TextTable(header: ["step of loading", "ms"])
    for step in steps { table.append([step.name, TableCell.number(step.milliseconds, 3)]) }
    return """
      Pictures of \(size)x\(size) pixels, CPU time of one thread, medians of \(rounds) rounds
      \(processor)

      \(table.render())
      """
  }
}
