import Foundation
import Imaging
import TestSupport
import Testing

@testable import Contract
@testable import MediaDecoding

/// HDR and wide gamuts become SDR with BT.709 primaries.
@Suite struct ColourMappingTests {
  struct Case: Decodable, Sendable {
    struct Colour: Decodable, Sendable {
      var signal: [Int]
      var mapped: [Double]
    }

    var transfer: String
    var primaries: String
    var colours: [Colour]
  }

  /// What the script beside the fixture computed.
  static let cases: [Case] = {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Fixtures/pixels/tone_mapping.json")
    guard let data = try? Data(contentsOf: path),
      let cases = try? JSONDecoder().decode([Case].self, from: data)
    else { return [] }
    return cases
  }()

  static let side = 48

  /// A chart of plain squares, eight in a row.
  static func chart(_ colours: [[Int]]) -> PixelBuffer {
    let rows = (colours.count + 7) / 8
    var picture = PixelBuffer(width: 8 * side, height: rows * side)
    for (number, colour) in colours.enumerated() {
      picture.paste(
        PixelBuffer(
          width: side, height: side, red: UInt8(colour[0]), green: UInt8(colour[1]),
          blue: UInt8(colour[2])), x: number % 8 * side, y: number / 8 * side)
    }
    return picture
  }

  static func options(_ signal: ClipSignal) -> ClipWriter.Options {
    var options = ClipWriter.Options()
    options.signal = signal
    return options
  }

  static func signal(_ transfer: String, _ primaries: String = "bt2020") -> ClipSignal {
    ClipSignal(
      transfer: transfer, primaries: primaries,
      matrix: primaries == "bt2020" ? "bt2020nc" : "bt709", hasTenBits: primaries == "bt2020")
  }

  /// Plain colours become what the formula says.
  @Test func formula() throws {
    try #require(ColourMappingTests.cases.count == 4)
    try withTemporaryDirectory { folder in
      for test in ColourMappingTests.cases {
        let path = folder.path(of: "\(test.transfer).mp4")
        try writePictures(
          [ColourMappingTests.chart(test.colours.map(\.signal))], path,
          options: ColourMappingTests.options(
            ColourMappingTests.signal(test.transfer, test.primaries)))
        let (picture, information) = try firstPicture(path)
        var sum = 0.0
        var largest = 0.0
        for (number, colour) in test.colours.enumerated() {
          let pixel = picture[
            number % 8 * ColourMappingTests.side + 24, number / 8 * ColourMappingTests.side + 24]
          for channel in 0..<3 {
            let difference = abs(Double(pixel[channel]) - colour.mapped[channel])
            sum += difference
            largest = max(largest, difference)
          }
        }
        let mean = sum / Double(test.colours.count * 3)
        // Compression moves a signal by a level or two, which steep curves enlarge.
        #expect(mean < 1 && largest < 14, "\(test.transfer): mean \(mean), largest \(largest)")
        #expect(information.stream.transfer == test.transfer)
        #expect(information.stream.primaries == test.primaries)
        #expect(information.stream.treatment.count == 1)
        #expect(information.stream.remarks.isEmpty, "\(information.stream.remarks)")
      }
    }
  }

  static let zscale = CommandLineTool.ffmpeg?.has(filter: "zscale") == true

  /// A chart equals that of FFmpeg's zscale and tonemap, within 2 levels on average: for colours
  /// within BT.709 through 8-bit 4:2:0, for any colours through RGB. Other colours leave the range
  /// of 8-bit chroma, where the tool clips them and gets another hue.
  @Test(
    .enabled(if: zscale, "needs ffmpeg with zscale"),
    arguments: [
      ("arib-std-b67", "bt2020"), ("smpte2084", "bt2020"), ("bt2020-10", "bt2020"),
      ("bt709", "smpte432"),
    ])
  func referee(transfer: String, primaries: String) throws {
    let ffmpeg = try #require(CommandLineTool.ffmpeg)
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "chart.mp4")
      let test = try #require(
        ColourMappingTests.cases.first { $0.transfer == transfer && $0.primaries == primaries })
      let all = test.colours
      let ordinary = all.filter { $0.mapped.allSatisfy { $0 > 1 && $0 < 254 } }
      try #require(ordinary.count >= 12)
      let isHDR = transfer == "arib-std-b67" || transfer == "smpte2084"
      for (colours, output) in [
        (ordinary, "zscale=t=bt709:m=bt709:r=tv,format=yuv420p"),
        (all, "zscale=t=bt709:m=gbr:r=pc,format=gbrp"),
      ] {
        let chart = ColourMappingTests.chart(colours.map(\.signal))
        try writePictures(
          [chart], path,
          options: ColourMappingTests.options(ColourMappingTests.signal(transfer, primaries)))
        let mine = try firstPicture(path).picture
        let reference = try ffmpeg.firstPicture(
          path, width: chart.width, height: chart.height,
          filter: "zscale=t=linear:npl=100,format=gbrpf32le,zscale=p=bt709,"
            + (isHDR ? "tonemap=tonemap=hable:desat=0:peak=10," : "") + output)
        let difference = meanDifference(mine, reference)
        #expect(difference <= 2, "\(output): \(difference)")
      }
    }
  }

  /// Regions of mapped pictures are parts of the whole, and the reduced one has its colours.
  @Test(arguments: ["arib-std-b67", "smpte2084", "bt2020-10"])
  func regions(transfer: String) throws {
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "a.mp4")
      try writePictures(
        [samplePicture(0, width: 160, height: 96)], path,
        options: ColourMappingTests.options(ColourMappingTests.signal(transfer)))
      try withFirstPicture(path) { frame in
        try expectRegionsOfTheWhole(frame)
        let whole = try frame.picture().reduced(width: 40, height: 24)
        #expect(meanDifference(try frame.reduced(width: 40, height: 24), whole) < 4)
      }
    }
  }

  /// By version 1 of the recipe HDR is treated as SDR.
  @Test(arguments: ["arib-std-b67", "smpte2084"])
  func version1(transfer: String) throws {
    try withTemporaryDirectory { folder in
      let picture = samplePicture(0, width: 160, height: 96)
      var plain = ColourMappingTests.signal("bt709", "bt2020")
      plain.primaries = "bt709"
      try writePictures(
        [picture], folder.path(of: "sdr.mp4"), options: ColourMappingTests.options(plain))
      try writePictures(
        [picture], folder.path(of: "hdr.mp4"),
        options: ColourMappingTests.options(ColourMappingTests.signal(transfer)))
      let (hdr, information) = try firstPicture(folder.path(of: "hdr.mp4"), .version1)
      #expect(hdr == (try firstPicture(folder.path(of: "sdr.mp4")).picture))
      #expect(information.stream.transfer == transfer)
      #expect(information.stream.treatment.isEmpty)
      #expect(information.stream.remarks == ["\(transfer) is taken as it is coded"])
      #expect(try firstPicture(folder.path(of: "hdr.mp4")).picture != hdr)
    }
  }

  /// If only the stream or only the container describes the colours, its description is used; if
  /// they contradict each other, the stream's.
  @Test func whereTheDescriptionIs() throws {
    try withTemporaryDirectory { folder in
      let picture = samplePicture(0, width: 160, height: 96)
      let hlg = ColourMappingTests.signal("arib-std-b67")
      var silent = hlg
      silent.transfer = "unknown"
      silent.primaries = "unknown"
      let pq = ColourMappingTests.signal("smpte2084")
      func decode(_ stream: ClipSignal, _ container: ClipSignal) throws -> (
        picture: PixelBuffer, information: VideoInformation
      ) {
        var options = ColourMappingTests.options(stream)
        options.container.signal = container
        let path = folder.path(of: "a.mp4")
        try writePictures([picture], path, options: options)
        return try firstPicture(path)
      }
      let both = try decode(hlg, hlg)
      #expect(both.information.stream.remarks.isEmpty)
      let streamOnly = try decode(hlg, ClipSignal())
      let containerOnly = try decode(silent, hlg)
      let contradicting = try decode(hlg, pq)
      for other in [streamOnly, containerOnly, contradicting] {
        #expect(other.picture == both.picture)
        #expect(other.information.stream.transfer == "arib-std-b67")
      }
      #expect(
        contradicting.information.stream.remarks == [
          "transfer smpte2084 in the container, arib-std-b67 in the pictures: the pictures' counts"
        ])
    }
  }

  /// For H.265 that describes no colours in its stream, the container's description is used.
  @Test(.enabled(if: CommandLineTool.ffmpeg != nil, "needs ffmpeg"))
  func containerOfH265() throws {
    let ffmpeg = try #require(CommandLineTool.ffmpeg)
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "a.mp4")
      try ffmpeg.makeClip(
        path,
        [
          "-frames:v", "3", "-pix_fmt", "yuv420p10le", "-c:v", "libx265", "-x265-params",
          "log-level=none:pools=none", "-color_primaries", "bt2020", "-color_trc", "arib-std-b67",
          "-colorspace", "bt2020nc",
        ])
      let described = try firstPicture(path)
      // ISO/IEC 23001-8's numbers in the box `colr`; those in the stream become "unspecified".
      let silent = folder.path(of: "b.mp4")
      try ffmpeg.run([
        "-v", "error", "-i", path, "-c", "copy", "-bsf:v",
        "hevc_metadata=colour_primaries=2:transfer_characteristics=2:matrix_coefficients=2", silent,
      ])
      let (picture, information) = try firstPicture(silent)
      #expect(information.stream.transfer == "arib-std-b67", "\(information.stream)")
      #expect(picture == described.picture)
      #expect(information.stream.treatment == described.information.stream.treatment)
    }
  }

  /// BT.2020 without a transfer function is SDR, with a remark.
  @Test func unspecifiedTransfer() throws {
    try withTemporaryDirectory { folder in
      let picture = samplePicture(0, width: 160, height: 96)
      func decode(_ transfer: String) throws -> (
        picture: PixelBuffer, information: VideoInformation
      ) {
        let path = folder.path(of: "a.mp4")
        try writePictures(
          [picture], path,
          options: ColourMappingTests.options(ColourMappingTests.signal(transfer)))
        return try firstPicture(path)
      }
      let unknown = try decode("unknown")
      #expect(unknown.picture == (try decode("bt2020-10")).picture)
      #expect(
        unknown.information.stream.remarks == [
          "the transfer function isn't given: it is taken for SDR's"
        ])
      #expect(unknown.information.stream.transfer == nil)
    }
  }

  /// SDR of every common description is converted as it always was.
  @Test(arguments: [
    ("bt709", "bt709"), ("smpte170m", "smpte170m"), ("iec61966-2-1", "bt709"),
    ("unknown", "unknown"), ("bt470bg", "bt470bg"),
  ])
  func ordinary(transfer: String, primaries: String) throws {
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "a.mp4")
      var signal = ColourMappingTests.signal(transfer, primaries)
      signal.matrix = "bt709"
      try writePictures(
        [samplePicture(0, width: 160, height: 96)], path,
        options: ColourMappingTests.options(signal))
      let (picture, information) = try firstPicture(path)
      #expect(picture == (try firstPicture(path, .version1)).picture)
      #expect(information.stream.treatment.isEmpty && information.stream.remarks.isEmpty)
    }
  }

  /// A telephone's HLG is recognised and gets its colours back; how bright it becomes next to the
  /// SDR clip that it was made from is not what this checks (docs/pixels.md).
  @Test(.enabled(if: SharedData.fieldClip != nil, "needs ../shared/field"))
  func fieldClip() throws {
    let path = try #require(SharedData.fieldClip)
    let (picture, information) = try firstPicture(path)
    #expect(
      information.stream.treatment == ["tone-mapped from arib-std-b67 (bt709-hable-1)"])
    #expect(information.stream.pixelFormat == "yuv420p10le")
    let raw = try firstPicture(path, .version1).picture
    #expect(saturation(picture) > 1.4 * saturation(raw))
  }

  /// Mean of the largest minus the smallest component.
  private func saturation(_ picture: PixelBuffer) -> Double {
    var sum = 0
    for y in 0..<picture.height {
      for x in 0..<picture.width {
        let pixel = picture[x, y]
        let components = [pixel.x, pixel.y, pixel.z]
        sum += Int(components.max() ?? 0) - Int(components.min() ?? 0)
      }
    }
    return Double(sum) / Double(picture.width * picture.height)
  }
}
