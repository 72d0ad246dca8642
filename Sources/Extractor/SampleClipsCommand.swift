import ArgumentParser
import FaceDetection
import NeuralNetwork
import SampleClips
import Terminal
import Workers

struct SampleClipsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sample-clips",
    abstract:
      "Makes short real and manipulated clips from portraits, for demonstrations and tests.",
    discussion: """
      Every portrait becomes clips with a moving camera, and every pair of portraits a clip in which \
      one person has the other's face. They are written to real/<person>/ and fake/<person>/, as \
      the pipeline folders.yaml expects them.

      With --people, every portrait becomes that many different people instead (shape of the face, \
      skin, hair, light, background), each in --takes genuine clips and as many with a changed \
      copy of the person's own face blended in, so that a network can't use who is shown. They are \
      written to train/real/<person>/ and so on; all people of a portrait are on one side, and the \
      last third of the portraits by name is for validation.

      Example:
        extractor sample-clips weights/portraits demo/clips --people 8
      """)

  @Argument(help: "A folder of portraits (PNG or JPEG), one face each.", completion: .directory)
  var portraits: String

  @Argument(help: "The folder for the clips; created if missing.", completion: .directory)
  var output: String

  @Option(help: "The folder with MTCNN's weights.", completion: .directory)
  var weights: String = "weights/mtcnn"

  @Option(help: "Length of a clip in seconds.")
  var seconds: Double = 3

  @Option(help: "Different people to derive from every portrait.")
  var people: Int?

  @Option(help: "Genuine clips of each person.")
  var takes: Int = 2

  @Option(help: "Seed of everything random about derived people.")
  var seed: UInt64 = 1

  func validate() throws {
    if let people, !(1...99).contains(people) {
      throw ValidationError("--people: expected 1...99, got \(people)")
    }
    guard (1...20).contains(takes) else {
      throw ValidationError("--takes: expected 1...20, got \(takes)")
    }
    guard (0.1...60).contains(seconds) else {
      throw ValidationError("--seconds: expected 0.1...60, got \(seconds)")
    }
  }

  func run() throws {
    let detector = try MTCNN(
      weights: try MTCNNWeights.load(directory: weights, kernels: Processor.selected))
    let portraits = try SamplePortrait.all(in: portraits, detector: detector)
    if let people {
      let clips = PersonClip.all(portraits: portraits.count, people: people, takes: takes)
      try make(clips) { try $0.write(of: portraits, into: output, seconds: seconds, seed: seed) }
    } else {
      try make(PortraitClip.all(of: portraits.count, takes: takes)) {
        try $0.write(of: portraits, into: output, seconds: seconds)
      }
    }
  }

  private func make<Clip: Sendable>(
    _ clips: [Clip], _ write: @escaping @Sendable (Clip) throws -> Void
  ) throws {
    let progress = ProgressLine(total: clips.count, unit: "clips")
    let done = Locked(0)
    try WorkerPool().forEach(clips) { _ in
      { clip in
        try write(clip)
        progress.update(
          done: done.withLock {
            $0 += 1; return $0
          }, detail: "")
      }
    }
    progress.finish()
    StandardOutput.write("\(clips.count) clips in \(output)")
  }
}
