import Contract
import Evaluation
import Files
import Foundation
import Judging
import TestSupport
import Testing

@testable import Prediction

struct VideoTableTests {
  private func predictions(_ videos: [(EvaluatedVideo, [Double])]) -> VideoPredictions {
    var predictions = VideoPredictions()
    for (video, margins) in videos {
      if margins.isEmpty { predictions.videosWithoutFaces.append(video) }
      for (frame, margin) in margins.enumerated() {
        predictions.frames.append(
          FramePrediction(video: video, frame: frame, margin: margin, blur: -6 - Double(frame)))
      }
    }
    return predictions
  }

  private func rows(_ text: String) throws -> [[String]] {
    try CSVTable.rows(Array(text.utf8), path: "table").map(\.fields)
  }

  /// Computed by hand: a margin of ln 3 is a probability of 0.75; at temperature 2 it is 0.634.
  @Test func rowsAreThoseByHand() throws {
    let fake = EvaluatedVideo(
      name: "fake/b.mp4", group: "p 1", label: .fake, method: "FaceSwap", compression: "c23",
      original: "real/a.mp4", dataset: "FaceForensics++")
    let real = EvaluatedVideo(name: "real/a.mp4", group: "p 1", label: .real)
    let blind = EvaluatedVideo(name: "real/c.mp4", group: "p 2", label: .real)
    var table = VideoTable()
    try table.append(
      predictions([(real, [-1, 0.5]), (blind, []), (fake, [log(3)])]),
      Calibration(temperature: 2, threshold: 0.6))
    let rows = try rows(table.text())
    #expect(rows.first == VideoTable.columns)
    #expect(rows.dropFirst().map(\.first) == ["fake/b.mp4", "real/a.mp4", "real/c.mp4"])
    #expect(
      Array(rows[1][1..<8])
        == ["fake", "p 1", "FaceForensics++", "FaceSwap", "c23", "real/a.mp4", "1"])
    let (score, probability) = (try #require(Double(rows[1][8])), try #require(Double(rows[1][9])))
    #expect(abs(score - 0.75) < 1e-12)
    #expect(abs(probability - 1 / (1 + exp(-log(3) / 2))) < 1e-12)
    #expect(Array(rows[1][10...]) == ["fake", "-6.0"])
    #expect(rows[2][7] == "2" && rows[2][10] == "real" && rows[2][11] == "-6.5")
    #expect(Array(rows[3][7...]) == ["0", "0.5", "0.5", "cannot tell", ""])
  }

  /// Names with commas, quotes and line feeds are read back unchanged.
  @Test func namesAreQuoted() throws {
    let names = ["a, b.mp4", "say \"x\".mp4", "two\nlines.mp4", "plain.mp4", "é \u{1B}[31m.mp4"]
    var table = VideoTable()
    try table.append(
      predictions(names.map { (EvaluatedVideo(name: $0, group: $0, label: .real), [1]) }),
      Calibration())
    let text = table.text()
    #expect(text.contains("\"a, b.mp4\",real,\"a, b.mp4\""))
    #expect(text.contains("\"say \"\"x\"\".mp4\""))
    #expect(try rows(text).dropFirst().map(\.first) == names.sorted())
  }

  /// Folds are added one after the other, each with its own calibration.
  @Test func foldsHaveTheirOwnCalibration() throws {
    let (first, second) = (
      EvaluatedVideo(name: "b", group: "b", label: .real),
      EvaluatedVideo(name: "a", group: "a", label: .fake)
    )
    var table = VideoTable()
    try table.append(predictions([(first, [1])]), Calibration(threshold: 0.9))
    try table.append(predictions([(second, [1])]), Calibration(threshold: 0.1))
    let rows = try rows(table.text())
    #expect(rows.dropFirst().map { $0[0] } == ["a", "b"])
    #expect(rows.dropFirst().map { $0[10] } == ["fake", "real"])
  }

  /// Between the bounds there is no verdict.
  @Test func boundsGiveNoVerdict() throws {
    var table = VideoTable()
    try table.append(
      predictions(
        [-3.0, -1, 0.2, 1, 3].enumerated().map {
          (EvaluatedVideo(name: "\($0)", group: "g", label: .real), [$1])
        }), Calibration(threshold: 0.5, lowerBound: 0.2, upperBound: 0.8))
    #expect(
      try rows(table.text()).dropFirst().map { $0[10] }
        == ["real", "cannot tell", "cannot tell", "cannot tell", "fake"])
  }

  @Test func numbersThatAreNoneTellNothing() throws {
    var table = VideoTable()
    try table.append(
      predictions([(EvaluatedVideo(name: "x", group: "x", label: .real), [.nan])]), Calibration())
    #expect(try rows(table.text())[1][9...10] == ["nan", "cannot tell"])
  }
}

struct PredictionTableTests {
  /// A written table is read back with all properties of the videos.
  @Test func writtenAndRead() throws {
    try withTemporaryDirectory { folder in
      let fake = EvaluatedVideo(
        name: "f", group: "p", label: .fake, method: "M", compression: "c40", original: "r, 1",
        dataset: "Celeb-DF")
      let blind = EvaluatedVideo(name: "b", group: "p", label: .real)
      var table = PredictionTable()
      table.sides["test"] = PredictionTable.Side(
        frames: [
          FramePrediction(video: fake, frame: 3, margin: 0.1, blur: -7.25),
          FramePrediction(video: fake, frame: 4, margin: 0.2),
        ], keys: ["f/000003/00", "f/000004/00"], videosWithoutFaces: [blind])
      let path = folder.path(of: "predictions.csv")
      try table.write(to: path)
      let side = try #require(try PredictionTable(contentsOf: path).sides["test"])
      #expect(side.frames == table.sides["test"]?.frames)
      #expect(side.keys == table.sides["test"]?.keys)
      #expect(side.videosWithoutFaces == [blind])
    }
  }

  /// A table of an older version has no blur, original and data set.
  @Test func olderTablesAreRead() throws {
    try withTemporaryDirectory { folder in
      let header = "side,video,label,method,compression,group,frame,sample,margin"
      func read(_ name: String, _ text: String) throws -> PredictionTable {
        try folder.write(Data(text.utf8), to: name)
        return try PredictionTable(contentsOf: folder.path(of: name))
      }
      let old = try read(
        "old.csv", header + "\ntest,f,fake,M,,p,3,f/000003/00,0.5\ntest,b,real,,,q,,,\n")
      let side = try #require(old.sides["test"])
      #expect(side.frames.map(\.margin) == [0.5] && side.frames[0].blur == nil)
      #expect(side.frames[0].video.original == nil && side.frames[0].video.dataset == nil)
      #expect(side.videosWithoutFaces.map(\.name) == ["b"])
      #expect(throws: FileError.self) {
        try read("bad.csv", header + ",blur\ntest,f,fake,M,,p,3,f/000003/00,0.5,sharp\n")
      }
    }
  }
}
