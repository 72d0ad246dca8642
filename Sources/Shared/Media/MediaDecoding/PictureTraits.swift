/// What a packet's own bytes say about the picture in it. A container's flags can't be trusted for
/// this: they also mark points from which pictures merely become presentable, or mark everything.
struct PictureTraits: Equatable {
  /// Whether decoding can begin here: neither this picture nor one shown after it needs an earlier
  /// packet.
  var isRandomAccess = false

  /// Whether no other picture of the stream refers to this one, unless it is in a higher temporal
  /// layer.
  var isDisposable = false

  /// HEVC's temporal sub-layer; 0 for other codecs.
  var temporalLayer = 0

  /// Whether the decoder gives a picture for this packet.
  var isShown = true

  /// Whether the packet is one whole picture: not a single field, nor several pictures.
  var isOnePicture = true

  /// Whether the packet has parameters that later packets may need.
  var hasParameters = false

  /// Whether the packet has all parameters that its own picture needs.
  var isSelfContained = false
}

/// Reads picture traits from packets, for the codecs whose bit streams tell enough to choose
/// pictures before decoding.
enum PictureInspector: Equatable {
  /// ITU-T H.264; the length in bytes of a NAL unit's length prefix, nil for start codes.
  case h264(lengthSize: Int?)
  /// ITU-T H.265; the length in bytes of a NAL unit's length prefix, nil for start codes.
  case hevc(lengthSize: Int?)
  /// ISO/IEC 11172-2 and 13818-2 (MPEG-1 and MPEG-2).
  case mpegVideo
  /// ISO/IEC 14496-2 (MPEG-4 Visual).
  case mpeg4
  /// RFC 6386.
  case vp8
  /// VP9 bit stream specification.
  case vp9
  /// Every packet is a picture that is decoded by itself.
  case intraOnly

  /// Reads one packet. A damaged packet gives the default traits, which promise nothing.
  func traits(of packet: UnsafeBufferPointer<UInt8>) -> PictureTraits {
    switch self {
    case .h264(let lengthSize): h264Traits(NALUnits(packet, lengthSize: lengthSize))
    case .hevc(let lengthSize): hevcTraits(NALUnits(packet, lengthSize: lengthSize))
    case .mpegVideo: mpegVideoTraits(packet)
    case .mpeg4: mpeg4Traits(packet)
    case .vp8: vp8Traits(packet)
    case .vp9: vp9Traits(packet)
    case .intraOnly: PictureTraits(isRandomAccess: true, isShown: !packet.isEmpty)
    }
  }
}

/// H.264, 7.3.1 and Table 7-1. Only an IDR picture cuts all references to earlier pictures.
private func h264Traits(_ units: NALUnits) -> PictureTraits {
  var traits = PictureTraits(isDisposable: true)
  var pictures = 0
  var parameterSets: Set<UInt8> = []
  for unit in units {
    switch unit[0] & 0x1f {
    case 1...5:
      // `first_mb_in_slice` is 0, coded as a single 1 bit, in the first slice of a picture.
      if unit.count > 1 && unit[1] & 0x80 != 0 { pictures += 1 }
      if unit[0] & 0x1f == 5 { traits.isRandomAccess = true }
      if unit[0] & 0x60 != 0 { traits.isDisposable = false }
    case 7, 8: parameterSets.insert(unit[0] & 0x1f)
    default: break
    }
  }
  traits.hasParameters = !parameterSets.isEmpty
  traits.isSelfContained = parameterSets.count == 2
  return finished(traits, pictures: pictures, isDamaged: units.isDamaged)
}

/// H.265, 7.3.1 and Table 7-1.
private func hevcTraits(_ units: NALUnits) -> PictureTraits {
  var traits = PictureTraits(isDisposable: true)
  var pictures = 0
  var parameterSets: Set<UInt8> = []
  for unit in units where unit.count > 2 {
    // Further layers (scalable and 3D extensions) are not decoded.
    guard unit[0] & 1 == 0, unit[1] & 0xf8 == 0 else { continue }
    let type = unit[0] >> 1 & 0x3f
    switch type {
    case 0...31:
      if unit[2] & 0x80 != 0 { pictures += 1 }
      if (16...21).contains(type) { traits.isRandomAccess = true }
      // Even types up to 14 are sub-layer non-reference pictures.
      if type > 14 || type % 2 == 1 { traits.isDisposable = false }
      traits.temporalLayer = max(traits.temporalLayer, Int(unit[1] & 7) - 1)
    case 33, 34: parameterSets.insert(type)
    default: break
    }
  }
  traits.hasParameters = !parameterSets.isEmpty
  traits.isSelfContained = parameterSets.count == 2
  return finished(traits, pictures: pictures, isDamaged: units.isDamaged)
}

/// ISO/IEC 13818-2, 6.2. B pictures are never referred to. An I picture must bring its own sequence
/// header, because quantiser matrices stay in force until the next one.
private func mpegVideoTraits(_ packet: UnsafeBufferPointer<UInt8>) -> PictureTraits {
  var traits = PictureTraits(isDisposable: true)
  var pictures = 0
  var fields = 0
  for unit in NALUnits(packet, lengthSize: nil) {
    switch unit[0] {
    case 0x00 where unit.count > 2:
      let codingType = unit[2] >> 3 & 7
      if codingType != 3 { traits.isDisposable = false }
      if pictures == 0 { traits.isRandomAccess = codingType == 1 && traits.hasParameters }
      pictures += 1
    case 0xb3: traits.hasParameters = true
    case 0xb5 where unit.count > 3 && unit[1] >> 4 == 8:
      if unit[3] & 3 != 3 { fields += 1 }
    default: break
    }
  }
  let isFieldPair = pictures == 2 && fields == 2
  traits.isOnePicture = isFieldPair || (pictures < 2 && fields == 0)
  traits.isShown = pictures > 0
  traits.isSelfContained = traits.hasParameters
  if pictures == 0 { traits.isDisposable = false }
  return traits
}

/// ISO/IEC 14496-2, 6.2. B-VOPs are never referred to. Two VOPs in a packet are "packed B-frames".
private func mpeg4Traits(_ packet: UnsafeBufferPointer<UInt8>) -> PictureTraits {
  var traits = PictureTraits()
  var pictures = 0
  for unit in NALUnits(packet, lengthSize: nil) {
    switch unit[0] {
    case 0xb6 where unit.count > 1:
      pictures += 1
      traits.isRandomAccess = unit[1] >> 6 == 0
      traits.isDisposable = unit[1] >> 6 == 2
    case 0x20...0x2f: traits.hasParameters = true
    default: break
    }
  }
  traits.isSelfContained = traits.hasParameters
  return finished(traits, pictures: pictures, isDamaged: false)
}

private func finished(
  _ traits: PictureTraits, pictures: Int, isDamaged: Bool
) -> PictureTraits {
  guard !isDamaged else { return PictureTraits() }
  var traits = traits
  traits.isShown = pictures > 0
  traits.isOnePicture = pictures < 2
  if pictures == 0 { traits.isDisposable = false }
  return traits
}

/// RFC 6386, 9.1. A key frame replaces all three reference frames.
private func vp8Traits(_ packet: UnsafeBufferPointer<UInt8>) -> PictureTraits {
  guard let tag = packet.first else { return PictureTraits(isShown: false) }
  return PictureTraits(isRandomAccess: tag & 1 == 0, isShown: tag & 0x10 != 0)
}

/// VP9, 6.2 and Annex B. A packet is a frame, or a superframe of hidden frames and a shown one.
private func vp9Traits(_ packet: UnsafeBufferPointer<UInt8>) -> PictureTraits {
  var traits = PictureTraits()
  var shown = 0
  for (number, start) in vp9FrameStarts(packet).enumerated() {
    let bits = packet[start]
    let isReservedBitThere = bits & 0x30 == 0x30
    let flags = isReservedBitThere ? bits << 1 : bits
    let isRepeat = flags & 8 != 0
    let isKey = !isRepeat && flags & 4 == 0
    if number == 0 { traits.isRandomAccess = isKey }
    if isRepeat || flags & 2 != 0 { shown += 1 }
  }
  traits.isShown = shown > 0
  traits.isOnePicture = shown < 2
  return traits
}

/// Offsets of a packet's frames, from the superframe index at its end, if there is one.
private func vp9FrameStarts(_ packet: UnsafeBufferPointer<UInt8>) -> [Int] {
  guard let marker = packet.last else { return [] }
  let count = Int(marker & 7) + 1
  let sizeBytes = Int(marker >> 3 & 3) + 1
  let indexSize = 2 + count * sizeBytes
  guard marker & 0xe0 == 0xc0, packet.count > indexSize,
    packet[packet.count - indexSize] == marker
  else { return [0] }
  var starts: [Int] = []
  var offset = 0
  for frame in 0..<count {
    let entry = packet.count - indexSize + 1 + frame * sizeBytes
    let size = (0..<sizeBytes).reduce(0) { $0 | Int(packet[entry + $1]) << (8 * $1) }
    guard size > 0 else { continue }
    guard size <= packet.count - indexSize - offset else { break }
    starts.append(offset)
    offset += size
  }
  return starts.isEmpty ? [0] : starts
}
