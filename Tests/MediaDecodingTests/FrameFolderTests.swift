import Contract
import Foundation
import Imaging
import TestSupport
import Testing

@testable import MediaDecoding

/// Folders of numbered pictures.
@Suite struct FrameFolderTests {
  /// What a folder delivers.
  private func frames(
    _ folder: TemporaryDirectory, count: Int, framesPerSecond: Double? = nil
  ) throws -> (report: VideoReader.Report, pictures: [VideoFrame], source: FrameFolder) {
    let source = try FrameFolder(path: folder.path, framesPerSecond: framesPerSecond)
    var pictures: [VideoFrame] = []
    let report = try source.decodeFrames(count: count) { pictures.append($0) }
    return (report, pictures, source)
  }

  /// Frames come by number, evenly spaced, and only chosen files are read.
  @Test func framesAreChosenByPosition() throws {
    try withTemporaryDirectory { folder in
      for number in 0..<12 { try folder.write("no picture", to: "frame_\(number).jpg") }
      for number in [1, 4, 7, 10] {
        try folder.writePicture("frame_\(number).jpg", number: number)
      }
      let (report, pictures, source) = try frames(folder, count: 4)
      #expect(pictures.map(\.index) == [1, 4, 7, 10])
      #expect(report.chosenFrames == 4 && report.deliveredFrames == 4)
      #expect(report.damagedPackets == 0)
      for frame in pictures {
        let file = folder.path(of: "frame_\(frame.index).jpg")
        #expect(try frame.picture() == decoded(file)[0].picture)
      }
      #expect(source.information.frameCount == 12 && !source.information.isStill)
      #expect(source.information.codec == "mjpeg")
      #expect(source.information.widthPixels == 96)
    }
  }

  /// With a frame rate, numbers give the times; without one there are no times.
  @Test func timesNeedAFrameRate() throws {
    try withTemporaryDirectory { folder in
      for number in [10, 11, 35] { try folder.writePicture("\(number).jpg", number: number) }
      let timed = try frames(folder, count: 32, framesPerSecond: 25)
      #expect(timed.pictures.map(\.timestampSeconds) == [0, 0.04, 1])
      #expect(timed.source.information.durationSeconds == 26.0 / 25)
      #expect(timed.source.information.stream.framesPerSecond == 25)
      #expect(timed.source.information.stream.remarks.isEmpty)
      let untimed = try frames(folder, count: 32)
      #expect(untimed.pictures.map(\.timestampSeconds) == [nil, nil, nil])
      #expect(untimed.source.information.durationSeconds == nil)
      #expect(
        untimed.source.information.stream.remarks == [
          "numbered pictures without a frame rate: no times"
        ])
    }
  }

  /// A frame that can't be read is counted and named, the others are delivered.
  @Test func damagedFramesArePassedOver() throws {
    try withTemporaryDirectory { folder in
      for number in 0..<4 { try folder.writePicture("\(number).jpg", number: number) }
      try folder.write(Data(), to: "1.jpg")
      try folder.write("text", to: "2.jpg")
      try FileManager.default.removeItem(atPath: folder.path(of: "3.jpg"))
      try folder.makeLink("3.jpg", to: "nowhere")
      let (report, pictures, _) = try frames(folder, count: 32)
      #expect(pictures.map(\.index) == [0])
      #expect(report.chosenFrames == 4 && report.deliveredFrames == 1)
      #expect(report.damagedPackets == 3)
      #expect(report.firstDamage == "1.jpg: the file is empty (0 bytes)")
      try folder.write(Data(), to: "0.jpg")
      let error = #expect(throws: MediaError.self) { try frames(folder, count: 32) }
      #expect(error?.code == .noFrames)
      #expect(error?.message.contains("none of 4 chosen pictures") == true)
    }
  }

  /// Pictures may differ in size; that is a remark.
  @Test func picturesOfDifferentSizes() throws {
    try withTemporaryDirectory { folder in
      try folder.writePicture("1.jpg", number: 1, width: 96, height: 64)
      try folder.writePicture("2.jpg", number: 2, width: 40, height: 80)
      let (_, pictures, source) = try frames(folder, count: 2, framesPerSecond: 1)
      #expect(pictures.map(\.width) == [96, 40])
      #expect(source.information.stream.remarks == ["pictures of different sizes"])
    }
  }

  /// Other folders are an error that says what is expected.
  @Test func otherFoldersAreErrors() throws {
    try withTemporaryDirectory { folder in
      let empty = #expect(throws: MediaError.self) { try FrameFolder(path: folder.path) }
      #expect(empty?.code == .notAVideo)
      #expect(empty?.message.contains("such as 000.png and 001.png") == true)
      let missing = #expect(throws: MediaError.self) {
        try FrameFolder(path: folder.path(of: "gone"))
      }
      #expect(missing?.code == .unreadable)
      #expect(missing?.message.contains("No such file") == true)
    }
  }

  /// The caller's errors and cancellation end decoding.
  @Test func theCallerStopsIt() throws {
    struct Refusal: Error {}
    try withTemporaryDirectory { folder in
      for number in 0..<3 { try folder.writePicture("\(number).jpg", number: number) }
      let source = try FrameFolder(path: folder.path)
      var seen = 0
      #expect(throws: Refusal.self) {
        try source.decodeFrames(count: 3) { _ in
          seen += 1
          throw Refusal()
        }
      }
      #expect(seen == 1)
      let cancelled = #expect(throws: MediaError.self) {
        try source.decodeFrames(count: 3, isCancelled: { true }) { _ in }
      }
      #expect(cancelled?.code == .cancelled)
    }
  }

  /// `openFrames` opens all forms.
  @Test func everyFormIsOpened() throws {
    try withTemporaryDirectory { folder in
      try folder.writePicture("f/0.jpg", number: 0)
      try folder.writePicture("f/1.jpg", number: 1)
      try writeClip(folder.path(of: "a.mp4"), times: [0, 0.04, 0.08])
      func count(_ path: String) throws -> Int {
        try openFrames(path: folder.path(of: path), pixels: PixelInterpretation())
          .information.frameCount
      }
      #expect(try count("f") == 2)
      #expect(try count("f/0.jpg") == 1)
      #expect(try count("a.mp4") == 3)
    }
  }
}
