import Foundation
import TestSupport
import Testing

@testable import MediaDecoding

/// Choosing pictures.
@Suite struct SamplingTests {
  /// Even spacing at a constant rate.
  @Test func constantRate() {
    let times = (0..<100).map { Int64($0) * 10 }
    #expect(EvenSampling.positions(count: 4, times: times, end: 1000) == [12, 37, 62, 87])
    #expect(EvenSampling.positions(count: 1, times: times, end: 1000) == [50])
    #expect(EvenSampling.positions(count: 100, times: times, end: 1000) == Array(0..<100))
    #expect(EvenSampling.positions(count: 1000, times: times, end: 1000) == Array(0..<100))
  }

  /// Few pictures, or none.
  @Test func few() {
    #expect(EvenSampling.positions(count: 32, times: [], end: 0) == [])
    #expect(EvenSampling.positions(count: 32, times: [7], end: 7) == [0])
    #expect(EvenSampling.positions(count: 32, times: [7], end: 40) == [0])
    #expect(EvenSampling.positions(count: 2, times: [0, 10], end: 20) == [0, 1])
    // An end before the last picture is ignored.
    #expect(EvenSampling.positions(count: 2, times: [0, 10, 20], end: 3) == [0, 1])
  }

  /// A picture that is shown for long is chosen once, as time is sampled and not pictures.
  @Test func variableRate() {
    // One second of fast pictures, then one picture for nine seconds.
    let times = (0...10).map { Int64($0) * 100 }
    #expect(EvenSampling.positions(count: 10, times: times, end: 10_000) == [5, 10])
  }

  /// Variable frame rate: the times of a brute-force choice over ffprobe's list.
  @Test func variableRateClip() throws {
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "vfr.mp4")
      var times: [Double] = []
      var time = 0.0
      for number in 0..<90 {
        times.append(time)
        time += number < 40 ? 1 / 60.0 : number < 50 ? 0.7 : Double(number % 5 + 1) * 0.02
      }
      try writeClip(path, times: times)
      let reader = try VideoReader(path: path)
      #expect(reader.information.frameCount == 90)
      var chosen: [Int] = []
      var delivered: [Double] = []
      let report = try reader.decodeFrames(count: 32) { frame in
        chosen.append(frame.index)
        delivered.append(try #require(frame.timestampSeconds))
      }
      #expect(report.chosenFrames == chosen.count && report.deliveredFrames == chosen.count)
      let listed = try presentationTimes(path) ?? times
      #expect(listed.count == 90)
      let end = listed[0] + (try #require(reader.information.durationSeconds))
      // The container knows how long a picture is decoded, not how long the last one is shown.
      #expect(end > times[89] && end < times[89] + 0.15)
      #expect(chosen == bruteForce(count: 32, times: listed, end: end))
      for (index, time) in zip(chosen, delivered) { #expect(abs(time - times[index]) < 1e-4) }
    }
  }

  /// Clips of one, two and three pictures.
  @Test(arguments: [1, 2, 3])
  func shortClips(length: Int) throws {
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "short.mp4")
      try writeClip(path, times: (0..<length).map { Double($0) / 25 })
      let pictures = try decoded(path)
      #expect(pictures.map(\.index) == Array(0..<length))
      #expect(try decoded(path, count: 1).map(\.index) == [length / 2])
      let duration = try #require(VideoReader(path: path).information.durationSeconds)
      #expect(abs(duration - Double(length) / 25) < 1e-6)
    }
  }

  /// Presentation times in seconds, as ffprobe lists them.
  private func presentationTimes(_ path: String) throws -> [Double]? {
    guard let ffprobe = CommandLineTool.ffprobe else { return nil }
    let text = String(
      decoding: try ffprobe.run([
        "-v", "error", "-select_streams", "v:0", "-show_entries", "frame=pts_time", "-of",
        "csv=p=0", path,
      ]), as: UTF8.self)
    return text.split(whereSeparator: \.isNewline).compactMap {
      Double($0.trimmingCharacters(in: CharacterSet(charactersIn: ", ")))
    }
  }

  private func bruteForce(count: Int, times: [Double], end: Double) -> [Int] {
    var chosen: [Int] = []
    for part in 0..<count {
      let target = times[0] + (Double(part) + 0.5) / Double(count) * (end - times[0])
      let position = times.lastIndex { $0 <= target + 1e-9 } ?? 0
      if !chosen.contains(position) { chosen.append(position) }
    }
    return chosen
  }
}
