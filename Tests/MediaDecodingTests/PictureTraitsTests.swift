import Testing

@testable import MediaDecoding

/// Reading picture traits from packets.
@Suite struct PictureTraitsTests {
  private func traits(_ inspector: PictureInspector, _ bytes: [UInt8]) -> PictureTraits {
    bytes.withUnsafeBufferPointer { inspector.traits(of: $0) }
  }

  private func units(_ bytes: [UInt8], lengthSize: Int?) -> [[UInt8]] {
    bytes.withUnsafeBufferPointer { packet in
      NALUnits(packet, lengthSize: lengthSize).map { Array($0) }
    }
  }

  /// Units after start codes.
  @Test func startCodes() {
    #expect(units([], lengthSize: nil) == [])
    #expect(units([0, 0, 1], lengthSize: nil) == [])
    #expect(units([9, 9, 9, 9], lengthSize: nil) == [])
    #expect(units([0, 0, 0, 1, 9, 16, 0, 0, 1, 65], lengthSize: nil) == [[9, 16], [65]])
    #expect(units([0, 0, 1, 0, 0, 1, 0, 0, 1, 7], lengthSize: nil) == [[7]])
  }

  /// Units after length prefixes.
  @Test func lengths() {
    #expect(units([0, 0, 0, 2, 9, 16, 0, 0, 0, 1, 65], lengthSize: 4) == [[9, 16], [65]])
    #expect(units([1, 9, 3, 1, 2], lengthSize: 1) == [[9]])
    #expect(units([0, 0, 0, 0], lengthSize: 4) == [])
    #expect(units([0xff, 0xff, 0xff, 0xff, 1], lengthSize: 4) == [])
  }

  /// H.264: IDR, reference and disposable pictures, parameters, damage.
  @Test func h264() {
    let inspector = PictureInspector.h264(lengthSize: 1)
    #expect(
      traits(inspector, [2, 0x65, 0x88]) == PictureTraits(isRandomAccess: true))
    #expect(traits(inspector, [2, 0x41, 0x9a]) == PictureTraits())
    #expect(traits(inspector, [2, 0x01, 0x9e]) == PictureTraits(isDisposable: true))
    // Two slices of one picture; the second one's first macroblock isn't 0.
    #expect(traits(inspector, [2, 0x01, 0x9e, 2, 0x01, 0x40]) == PictureTraits(isDisposable: true))
    // A reference field and a disposable one.
    let pair = traits(inspector, [2, 0x41, 0x9a, 2, 0x01, 0x9e])
    #expect(!pair.isDisposable && !pair.isOnePicture)
    let full = traits(inspector, [2, 0x67, 1, 2, 0x68, 1, 2, 0x65, 0x88])
    #expect(full.hasParameters && full.isSelfContained && full.isRandomAccess)
    #expect(!traits(inspector, [2, 0x68, 1, 2, 0x65, 0x88]).isSelfContained)
    // Messages alone show nothing.
    #expect(!traits(inspector, [2, 0x06, 1]).isShown)
    #expect(traits(inspector, [2, 0x65, 0x88, 9, 1]) == PictureTraits())
  }

  /// H.265: IRAP, sub-layer non-reference pictures and their layer.
  @Test func hevc() {
    let inspector = PictureInspector.hevc(lengthSize: 1)
    // CRA (21), TRAIL_R (1), TRAIL_N (0) in layer 0, TSA_N (2) in layer 1.
    #expect(traits(inspector, [3, 21 << 1, 1, 0x80]) == PictureTraits(isRandomAccess: true))
    #expect(traits(inspector, [3, 1 << 1, 1, 0x80]) == PictureTraits())
    #expect(traits(inspector, [3, 0, 1, 0x80]) == PictureTraits(isDisposable: true))
    #expect(
      traits(inspector, [3, 2 << 1, 2, 0x80])
        == PictureTraits(isDisposable: true, temporalLayer: 1))
    // A picture of a further layer (`nuh_layer_id` 1) doesn't count.
    #expect(traits(inspector, [3, 1 << 1, 1, 0x80, 3, 1 << 1, 9, 0x80]) == PictureTraits())
  }

  /// MPEG-2: an I picture needs its sequence header; fields come in pairs.
  @Test func mpeg2() {
    let inspector = PictureInspector.mpegVideo
    let sequence: [UInt8] = [0, 0, 1, 0xb3, 1, 2, 3]
    func picture(_ type: UInt8, structure: UInt8) -> [UInt8] {
      [0, 0, 1, 0, 0, type << 3, 0, 0, 0, 1, 0xb5, 0x8f, 0xff, structure, 0, 0, 1, 1, 9]
    }
    #expect(traits(inspector, sequence + picture(1, structure: 3)).isRandomAccess)
    #expect(!traits(inspector, picture(1, structure: 3)).isRandomAccess)
    #expect(traits(inspector, picture(3, structure: 3)).isDisposable)
    #expect(!traits(inspector, picture(2, structure: 3)).isDisposable)
    let pair = traits(inspector, sequence + picture(1, structure: 1) + picture(2, structure: 2))
    #expect(pair.isOnePicture && pair.isRandomAccess && !pair.isDisposable)
    #expect(!traits(inspector, picture(2, structure: 1)).isOnePicture)
    #expect(
      !traits(inspector, picture(2, structure: 3) + picture(3, structure: 3)).isOnePicture)
  }

  /// MPEG-4: picture types and packed B pictures.
  @Test func mpeg4() {
    let inspector = PictureInspector.mpeg4
    #expect(traits(inspector, [0, 0, 1, 0xb6, 0x10, 0]).isRandomAccess)
    #expect(traits(inspector, [0, 0, 1, 0xb6, 0x50, 0]) == PictureTraits())
    #expect(traits(inspector, [0, 0, 1, 0xb6, 0x90, 0]).isDisposable)
    #expect(
      !traits(inspector, [0, 0, 1, 0xb6, 0x50, 0, 0, 0, 1, 0xb6, 0x90, 0]).isOnePicture)
    #expect(!traits(inspector, []).isShown)
  }

  /// VP8 and VP9: key frames, hidden frames, superframes.
  @Test func vp8AndVP9() {
    #expect(traits(.vp8, [0x10, 0, 0]) == PictureTraits(isRandomAccess: true))
    #expect(traits(.vp8, [0x11, 0, 0]) == PictureTraits())
    #expect(!traits(.vp8, [0x01, 0, 0]).isShown)
    // Marker 2, profile 0, then show_existing_frame, frame_type, show_frame.
    #expect(traits(.vp9, [0x82, 0]) == PictureTraits(isRandomAccess: true))
    #expect(traits(.vp9, [0x86, 0]) == PictureTraits())
    #expect(!traits(.vp9, [0x84, 0]).isShown)
    #expect(traits(.vp9, [0x88, 0]).isShown)
    // A hidden frame of 2 bytes and a shown one of 3.
    let superframe: [UInt8] = [0x84, 0, 0x86, 0, 0, 0xc1, 2, 3, 0xc1]
    #expect(traits(.vp9, superframe) == PictureTraits())
    #expect(traits(.vp9, [0xc1, 200, 3, 0xc1]).isOnePicture)
    #expect(!traits(.vp9, [0x86, 0x86, 0xc1, 1, 1, 0xc1]).isOnePicture)
  }
}
