import ArgumentParser
import FaceDetection
import Foundation
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
      one person has the other's face. With --self-swaps the fakes carry the person's own face, \
      mirrored and put on again, so that a network can't go by who is seen. They lie in real/<person>/ and fake/<person>/, as the \
      pipeline folders.yaml takes them.

      Example:
        extractor sample-clips weights/portraits demo/clips
      """)

  @Argument(help: "A folder of portraits (PNG or JPEG), one face each.", completion: .directory)
  var portraits: String

  @Argument(help: "The folder for the clips; made if missing.", completion: .directory)
  var output: String

  @Option(help: "The folder with MTCNN's weights.", completion: .directory)
  var weights: String = "weights/mtcnn"

  @Option(help: "Length of a clip in seconds.")
  var seconds: Double = 3

  @Flag(help: "Make fakes of everybody's own face instead of the others'.")
  var selfSwaps = false

  @Option(help: "Genuine clips of each person.")
  var takes: Int = 2

  func validate() throws {
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
    let names = try FileManager.default.contentsOfDirectory(atPath: portraits).sorted()
      .filter { name in
        [".png", ".jpg", ".jpeg"].contains { name.lowercased().hasSuffix($0) }
      }
    let people = try names.map { name in
      try SamplePortrait(path: portraits + "/" + name, detector: detector)
    }
    guard people.count >= 2 else {
      throw ValidationError("\(portraits): expected two portraits or more, found \(people.count)")
    }
    let clips =
      selfSwaps
      ? SampleClip.selfSwaps(of: people.count, clipsPerPerson: takes)
      : SampleClip.all(of: people.count, clipsPerPerson: takes)
    let progress = ProgressLine(total: clips.count, unit: "clips")
    let done = Locked(0)
    try WorkerPool().forEach(clips) { _ in
      { clip in
        try clip.write(of: people, into: output, seconds: seconds)
        progress.update(
          done: done.withLock {
            $0 += 1; return $0
          }, detail: "")
      }
    }
    progress.finish()
    print("\(clips.count) clips in \(output)")
  }
}
