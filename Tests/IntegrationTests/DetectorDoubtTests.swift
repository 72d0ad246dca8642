import Contract
import Foundation
import ModelFiles
import NeuralNetwork
import Prediction
import TensorFiles
import TestSupport
import Testing

extension TrainerTests {
  /// Each reason for "cannot tell", by a real input; and what a model must say of itself.
  @Suite(
    .serialized,
    .enabled(
      if: BuiltExecutable.hasWeights, "weights/ is missing; scripts/test or scripts/demo fetches it"
    ))
  struct DetectorDoubts {
    /// Clips that ffmpeg makes of a sample clip, each with what can't be seen in it.
    private static let clips: [(Doubt.Code, [String])] = [
      (.facesTooSmall, ["-vf", "scale=iw/6:-2,pad=384:288:50:50"]),
      (.facesTooBlurred, ["-vf", "gblur=sigma=15"]),
      (
        .facesTooDark,
        ["-vf", "lutyuv=y=(val-16)*0.05+16:u=(val-128)*0.05+128:v=(val-128)*0.05+128"]
      ),
      (.tooShort, ["-frames:v", "3"]),
    ]

    private func codes(_ answer: [String: Any]) throws -> [String] {
      let doubts = try #require(answer["doubts"] as? [[String: Any]])
      return doubts.compactMap { $0["code"] as? String }
    }

    @Test(.enabled(if: CommandLineTool.ffmpeg != nil, "needs ffmpeg"), arguments: Self.clips)
    func whatCannotBeSeen(_ code: Doubt.Code, _ arguments: [String]) throws {
      let ffmpeg = try #require(CommandLineTool.ffmpeg)
      try withTemporaryDirectory { folder in
        let clip = folder.path(of: "clip.mp4")
        try ffmpeg.run(
          ["-i", DetectorModels.clips[0]] + arguments + ["-c:v", "libx264", "-crf", "10", clip])
        let answer = try #require(try DetectorModels.answers([clip]).first)
        // What is dark or short has no detail either, or may not have.
        #expect(try codes(answer).contains(code.rawValue), "\(answer)")
        #expect(answer["verdict"] as? String == "cannot tell")
      }
    }

    /// No face at all, a face for a moment only, a file that ends early.
    @Test(.enabled(if: CommandLineTool.ffmpeg != nil, "needs ffmpeg"))
    func whatIsNotThere() throws {
      let ffmpeg = try #require(CommandLineTool.ffmpeg)
      try withTemporaryDirectory { folder in
        let nobody = folder.path(of: "nobody.mp4")
        try ffmpeg.run([
          "-f", "lavfi", "-i", "testsrc=size=384x288:rate=25:duration=4", "-c:v", "libx264", nobody,
        ])
        let empty = try #require(try DetectorModels.answers([nobody]).first)
        #expect(try codes(empty) == [Doubt.Code.noFace.rawValue])
        #expect(empty["probability"] == nil)

        // A second with a face in a video of two and a half: three or so of eight pictures show it.
        let rare = folder.path(of: "rare.mp4")
        try ffmpeg.run([
          "-i", DetectorModels.clips[0], "-f", "lavfi", "-i",
          "testsrc=size=384x288:rate=25:duration=1.6", "-filter_complex",
          "[0:v]scale=384:288,setsar=1[a];[1:v]setsar=1[b];[a][b]concat=n=2:v=1", "-c:v", "libx264",
          rare,
        ])
        let seldom = try #require(try DetectorModels.answers([rare]).first)
        #expect(try codes(seldom) == [Doubt.Code.facesTooRare.rawValue], "\(seldom)")

        // The index stands at the beginning, and a third of the pictures is there.
        let whole = folder.path(of: "whole.mp4")
        try ffmpeg.run([
          "-stream_loop", "9", "-i", DetectorModels.clips[0], "-c:v", "libx264", "-g", "5",
          "-movflags", "+faststart", whole,
        ])
        let bytes = try Data(contentsOf: URL(fileURLWithPath: whole))
        try folder.write(bytes.prefix(bytes.count / 3), to: "cut.mp4")
        let cut = try #require(try DetectorModels.answers([folder.path(of: "cut.mp4")]).first)
        #expect(try codes(cut).contains(Doubt.Code.damaged.rawValue), "\(cut)")
        let texts = (cut["doubts"] as? [[String: Any]])?.compactMap { $0["text"] as? String } ?? []
        #expect(texts.contains { $0.contains(/damaged from second [0-9]+\.[0-9] on/) }, "\(texts)")
      }
    }

    /// Between the model's bounds nothing is said; a network that computes no number says nothing.
    @Test func whatTheModelSays() throws {
      try withTemporaryDirectory { folder in
        let unsure = folder.path(of: "unsure.pt")
        try DetectorModels.write(
          to: unsure, calibration: Calibration(threshold: 0.5, lowerBound: 0, upperBound: 1))
        let answer = try #require(
          try DetectorModels.answers([DetectorModels.clips[0]], model: unsure).first)
        #expect(try codes(answer) == [Doubt.Code.betweenBounds.rawValue])
        #expect(answer["probability"] is Double)

        let broken = folder.path(of: "broken.pt")
        try DetectorModels.write(
          to: broken, verdict: StatedVerdict(.broken, reason: "Its numbers are no numbers."),
          change: { state in state.parameters[state.parameters.count - 1] = .nan })
        let refused = try DetectorModels.run(["predict", broken, DetectorModels.clips[0]])
        #expect(refused.status == 1)
        #expect(refused.errors.contains("Its numbers are no numbers"), "\(refused.errors)")
        let forced = try #require(
          try DetectorModels.answers(
            [DetectorModels.clips[0]], model: broken, flags: ["--force"]
          ).first)
        #expect(try codes(forced) == [Doubt.Code.noNumber.rawValue])
        let remarks = try #require(forced["remarks"] as? [String])
        #expect(remarks.contains { $0.contains("broken") })
      }
    }

    /// A model that isn't known to be a detector says so with every answer, in every form.
    @Test func aDoubtfulModelSaysSo() throws {
      try withTemporaryDirectory { folder in
        let model = folder.path(of: "doubtful.pt")
        try DetectorModels.write(
          to: model, verdict: StatedVerdict(.cannotTell, reason: "Too few people."))
        let (csv, page) = (folder.path(of: "a.csv"), folder.path(of: "a.html"))
        let outcome = try DetectorModels.run([
          "predict", model, DetectorModels.clips[0], "--csv", csv, "--report", page,
        ])
        #expect(outcome.status == 0)
        let answer = try #require(
          try DetectorModels.answers([DetectorModels.clips[0]], model: model).first)
        for text in [
          outcome.output, outcome.errors, try String(contentsOfFile: csv, encoding: .utf8),
          try String(contentsOfFile: page, encoding: .utf8), "\(answer["remarks"] ?? "")",
          "\(answer["model"] ?? "")",
        ] {
          #expect(text.contains("Too few people"), "\(text.prefix(500))")
        }
      }
    }

    /// A file without a recipe is refused, with advice that works.
    @Test func aModelWithoutRecipeIsRefused() throws {
      try withTemporaryDirectory { folder in
        let (foreign, mended) = (folder.path(of: "foreign.pt"), folder.path(of: "model.pt"))
        let trained = try ModelFile(contentsOf: UndisturbedRun.twoWorkers.model)
        try TorchDocument(root: .tensors(trained.state.tensors), records: [:]).write(to: foreign)
        let refused = try DetectorModels.run(["predict", foreign, DetectorModels.clips[0]])
        #expect(refused.status == 1)
        #expect(refused.errors.contains("trainer repair \(foreign) --store STORE"))
        let repaired = try TrainingRun.command([
          "repair", foreign, "--store", DetectorModels.store, "--output", mended, "--force",
        ])
        #expect(
          FileManager.default.fileExists(atPath: mended), "\(repaired.output) \(repaired.errors)")
        let answered = try DetectorModels.run([
          "predict", mended, DetectorModels.clips[0], "--force",
        ])
        #expect(answered.status == 0, "\(answered.errors)")
      }
    }
  }
}
