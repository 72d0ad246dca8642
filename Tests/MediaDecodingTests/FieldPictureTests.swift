import Foundation
import TestSupport
import Testing

@testable import MediaDecoding

/// Writes H.264 whose pictures are pairs of fields (PAFF), 16x32 pixels, which no encoder at hand
/// makes: ITU-T H.264, 7.3, with I_PCM and skipped macroblocks.
private struct FieldStream {
  private(set) var bytes: [UInt8] = []

  private struct Bits {
    var bytes: [UInt8] = []
    var free = 0

    mutating func put(_ value: Int, _ count: Int) {
      for bit in (0..<count).reversed() {
        if free == 0 {
          bytes.append(0)
          free = 8
        }
        free -= 1
        bytes[bytes.count - 1] |= UInt8(value >> bit & 1) << UInt8(free)
      }
    }

    /// Unsigned Exp-Golomb code, 9.1.
    mutating func code(_ value: Int) {
      let length = (value + 1).bitWidth - (value + 1).leadingZeroBitCount
      put(0, length - 1)
      put(value + 1, length)
    }
  }

  private mutating func unit(_ header: UInt8, _ body: Bits) {
    var body = body
    body.put(1, 1)
    bytes += [0, 0, 0, 1, header]
    var zeros = 0
    for byte in body.bytes {
      if zeros >= 2 && byte <= 3 {
        bytes.append(3)
        zeros = 0
      }
      bytes.append(byte)
      zeros = byte == 0 ? zeros + 1 : 0
    }
  }

  mutating func parameters() {
    var sequence = Bits()
    for byte in [77, 0, 10] { sequence.put(byte, 8) }
    // Identifier, frame number bits, order type and bits, two reference frames without gaps.
    for value in [0, 0, 0, 0, 2] { sequence.code(value) }
    sequence.put(0, 1)
    sequence.code(0)
    sequence.code(0)
    // Fields allowed, not per macroblock; direct inference, no cropping, no VUI.
    sequence.put(0b00100, 5)
    unit(0x67, sequence)
    var picture = Bits()
    picture.code(0)
    picture.code(0)
    picture.put(0, 2)
    for _ in 0..<3 { picture.code(0) }
    picture.put(0, 3)
    for _ in 0..<3 { picture.code(0) }
    picture.put(0b100, 3)
    unit(0x68, picture)
  }

  /// - Parameter luma: value of all samples; nil repeats the field before.
  mutating func field(
    isBottom: Bool, isIDR: Bool, isReference: Bool, frame: Int, order: Int, luma: UInt8?
  ) {
    var slice = Bits()
    slice.code(0)
    slice.code(isIDR ? 7 : 5)
    slice.code(0)
    slice.put(frame % 16, 4)
    slice.put(isBottom ? 0b11 : 0b10, 2)
    if isIDR { slice.code(0) }
    slice.put(order % 16, 4)
    if !isIDR { slice.put(0, 2) }
    if isReference { slice.put(0, isIDR ? 2 : 1) }
    slice.code(0)
    slice.code(1)
    if let luma {
      if !isIDR { slice.code(0) }
      slice.code(isIDR ? 25 : 30)
      slice.put(0, slice.free)
      for _ in 0..<256 { slice.put(Int(luma), 8) }
      for _ in 0..<128 { slice.put(128, 8) }
    } else {
      slice.code(1)
    }
    unit((isReference ? 0x60 : 0) | (isIDR ? 5 : 1), slice)
  }
}

/// Field pictures.
@Suite(.enabled(if: CommandLineTool.ffmpeg != nil, "needs ffmpeg"))
struct FieldPictureTests {
  /// H.264 of field pairs gives whole pictures, the same with and without skipping.
  @Test(arguments: ["mp4", "ts", "h264"])
  func pairs(suffix: String) throws {
    let ffmpeg = try #require(CommandLineTool.ffmpeg)
    try withTemporaryDirectory { folder in
      var stream = FieldStream()
      for picture in 0..<40 {
        let inGroup = picture % 5
        if inGroup == 0 { stream.parameters() }
        // Every other picture is a pair that no other refers to.
        let isReference = inGroup != 2 && inGroup != 4
        let frame = [0, 1, 2, 2, 3][inGroup]
        for isBottom in [false, true] {
          stream.field(
            isBottom: isBottom, isIDR: inGroup == 0 && !isBottom, isReference: isReference,
            frame: frame, order: inGroup * 2 + (isBottom ? 1 : 0),
            luma: inGroup == 3 || (inGroup == 0 && isBottom)
              ? nil : UInt8(20 + picture * 5 + (isBottom ? 3 : 0)))
        }
      }
      let raw = folder.path(of: "raw.h264")
      try Data(stream.bytes).write(to: URL(fileURLWithPath: raw))
      let path = folder.path(of: "a.\(suffix)")
      try ffmpeg.run(["-v", "quiet", "-r", "50", "-i", raw, "-c", "copy", path])
      let reference = try ffmpeg.allPictures(path, width: 16, height: 32)
      try #require(reference.count >= 39)
      for count in [3, 10, 40] {
        let skipping = try decoded(path, count: count)
        let isSame = skipping == (try decoded(path, count: count, skips: false))
        #expect(isSame)
        #expect(skipping.count >= count - 1)
        for delivered in skipping {
          #expect(largestDifference(delivered.picture, reference[delivered.index]) <= 3)
        }
      }
      let reader = try VideoReader(path: path)
      #expect(reader.information.frameCount == reference.count)
      #expect(try reader.decodeFrames(count: 9) { _ in }.damagedPackets == 0)
    }
  }
}
