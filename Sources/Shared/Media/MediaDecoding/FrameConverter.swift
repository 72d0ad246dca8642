internal import CFFmpeg
internal import Contract
internal import Imaging

/// Converts decoded pictures, or parts of them, to RGB with libswscale. It keeps its contexts
/// between pictures, so each decoder has one. Not thread-safe.
final class FrameConverter {
  /// Everything that a libswscale context depends on.
  private struct Key: Hashable {
    var format: Int32
    var width: Int
    var height: Int
    var targetWidth: Int
    var targetHeight: Int
    var target: Int32
    var matrix: Int32
    var isFullRange: Bool
    var flags: Int32
  }

  /// A region is converted with a rim, so that its border doesn't affect the interpolation of
  /// chroma, and in few different sizes, so that contexts are reused.
  private static let regionRim = 8
  private static let regionStep = 64

  private let pixels: PixelInterpretation
  private let container: ColourDescription
  private var contexts: [Key: OpaquePointer] = [:]
  private var tables: [ColourMapping: ColourTables] = [:]

  /// - Parameters:
  ///   - pixels: how colours and transparency are interpreted.
  ///   - container: colour description for what the pictures don't specify.
  init(
    pixels: PixelInterpretation = .version1, container: ColourDescription = ColourDescription()
  ) {
    self.pixels = pixels
    self.container = container
  }

  deinit { for context in contexts.values { sws_freeContext(context) } }

  /// The whole coded picture, shrunk by area averaging (or enlarged).
  func reduced(
    _ frame: UnsafeMutablePointer<AVFrame>, width: Int, height: Int
  ) throws(MediaError) -> PixelBuffer {
    try convert(
      frame, x: 0, y: 0, width: Int(frame.pointee.width), height: Int(frame.pointee.height),
      targetWidth: width, targetHeight: height,
      // Without the last flag two neighbouring pixels of the shrunk picture share one chroma value.
      flags: SWS_AREA | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT)
  }

  /// A rectangle of the coded picture at full resolution.
  func region(
    _ frame: UnsafeMutablePointer<AVFrame>, x: Int, y: Int, width: Int, height: Int
  ) throws(MediaError) -> PixelBuffer {
    let flags = SWS_BILINEAR | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT | SWS_FULL_CHR_H_INP
    let frameWidth = Int(frame.pointee.width)
    let frameHeight = Int(frame.pointee.height)
    guard FrameConverter.canBeCut(frame.pointee) else {
      let whole = try convert(
        frame, x: 0, y: 0, width: frameWidth, height: frameHeight, targetWidth: frameWidth,
        targetHeight: frameHeight, flags: flags)
      return whole.cropped(x: x, y: y, width: width, height: height)
    }
    let columns = FrameConverter.padded(x, width, limit: frameWidth)
    let rows = FrameConverter.padded(y, height, limit: frameHeight)
    let converted = try convert(
      frame, x: columns.start, y: rows.start, width: columns.length, height: rows.length,
      targetWidth: columns.length, targetHeight: rows.length, flags: flags)
    return converted.region(
      x: x - columns.start, y: y - rows.start, width: width, height: height)
  }

  /// A range with a rim on both sides, its start aligned to 16 and its length to `regionStep` if
  /// the picture is large enough.
  private static func padded(
    _ start: Int, _ length: Int, limit: Int
  ) -> (start: Int, length: Int) {
    let end = min(start + length + regionRim, limit)
    let from = max(start - regionRim, 0) / 16 * 16
    let rounded = (end - from + regionStep - 1) / regionStep * regionStep
    if from + rounded <= limit { return (from, rounded) }
    let shifted = max(limit - rounded, 0) / 16 * 16
    return (shifted, limit - shifted)
  }

  /// Whether a part can be converted with the same result as the whole. It can't be in bit-packed,
  /// palette and hardware formats, whose plane addresses can't be offset to another pixel, nor if
  /// the size is no multiple of the chroma's, because libswscale then stretches the chroma a
  /// little.
  private static func canBeCut(_ frame: AVFrame) -> Bool {
    guard let found = av_pix_fmt_desc_get(AVPixelFormat(rawValue: frame.format)) else {
      return false
    }
    let descriptor = found.pointee
    let obstacles =
      UInt64(AV_PIX_FMT_FLAG_BITSTREAM) | UInt64(AV_PIX_FMT_FLAG_PAL)
      | UInt64(AV_PIX_FMT_FLAG_HWACCEL) | UInt64(AV_PIX_FMT_FLAG_BAYER)
    guard descriptor.flags & obstacles == 0 else { return false }
    let isPlanar = descriptor.flags & UInt64(AV_PIX_FMT_FLAG_PLANAR) != 0
    // Packed 4:1:1 has no constant step from pixel to pixel.
    guard isPlanar || descriptor.log2_chroma_w < 2 else { return false }
    return Int(frame.width) % (1 << Int(descriptor.log2_chroma_w)) == 0
      && Int(frame.height) % (1 << Int(descriptor.log2_chroma_h)) == 0
  }

  private func convert(
    _ frame: UnsafeMutablePointer<AVFrame>, x: Int, y: Int, width: Int, height: Int,
    targetWidth: Int, targetHeight: Int, flags: Int32
  ) throws(MediaError) -> PixelBuffer {
    let colour = FrameColour(frame.pointee, pixels, container)
    let target =
      colour.mapping != nil
      // Libswscale's own conversion to RGB is too coarse for the border of a gamut.
      ? colour.isRGB ? AV_PIX_FMT_RGBA64LE : AV_PIX_FMT_YUVA444P16LE
      : colour.isComposited ? AV_PIX_FMT_RGBA : AV_PIX_FMT_RGB0
    let key = Key(
      format: colour.format, width: width, height: height, targetWidth: targetWidth,
      targetHeight: targetHeight, target: target.rawValue, matrix: colour.matrix,
      isFullRange: colour.isFullRange, flags: flags)
    if let mapping = colour.mapping {
      let samples: [UInt16] = try scaled(frame, x: x, y: y, key)
      let table = tables[mapping] ?? ColourTables(mapping)
      tables[mapping] = table
      var bytes = table.mapped(samples, colour.isRGB ? nil : ComponentRange(colour))
      if colour.isComposited { FrameConverter.layOnBlack(&bytes) }
      return PixelBuffer(width: targetWidth, height: targetHeight, bytes: bytes)
    }
    var bytes: [UInt8] = try scaled(frame, x: x, y: y, key)
    if colour.isComposited { FrameConverter.layOnBlack(&bytes) }
    let isScaled = width != targetWidth || height != targetHeight
    if key.format == AV_PIX_FMT_GRAY8.rawValue && !key.isFullRange && !isScaled {
      // Without scaling libswscale takes grey as full range, whatever range is set.
      for offset in bytes.indices where offset % PixelBuffer.bytesPerPixel != 3 {
        bytes[offset] = UInt8(clamping: ((Int(bytes[offset]) - 16) * 255 + 109) / 219)
      }
    }
    return PixelBuffer(width: targetWidth, height: targetHeight, bytes: bytes)
  }

  /// Runs libswscale over a part of a picture, to four samples per pixel: side by side, or in
  /// planes if the target has them.
  private func scaled<Sample: FixedWidthInteger>(
    _ frame: UnsafeMutablePointer<AVFrame>, x: Int, y: Int, _ key: Key
  ) throws(MediaError) -> [Sample] {
    let context = try context(for: key)
    var planes = planeAddresses(frame.pointee, x: x, y: y)
    var strides = lineSizes(frame.pointee)
    var rows: Int32 = 0
    let result = [Sample](
      unsafeUninitializedCapacity: key.targetWidth * key.targetHeight * PixelBuffer.bytesPerPixel
    ) { buffer, count in
      let raw = UnsafeMutableRawBufferPointer(buffer).bindMemory(to: UInt8.self)
      var targets: [UnsafeMutablePointer<UInt8>?] = [raw.baseAddress, nil, nil, nil]
      let bytesPerRow = key.targetWidth * PixelBuffer.bytesPerPixel * MemoryLayout<Sample>.size
      var targetStrides: [Int32] = [Int32(bytesPerRow), 0, 0, 0]
      if key.target == AV_PIX_FMT_YUVA444P16LE.rawValue {
        // The planes follow each other.
        let planeBytes = bytesPerRow / 4 * key.targetHeight
        targets = (0..<4).map { plane in raw.baseAddress.map { $0 + planeBytes * plane } }
        targetStrides = Array(repeating: Int32(bytesPerRow / 4), count: 4)
      }
      rows = sws_scale(
        context, &planes, &strides, 0, Int32(key.height), &targets, &targetStrides)
      count = Int(rows) == key.targetHeight ? buffer.count : 0
    }
    guard Int(rows) == key.targetHeight else {
      throw MediaError(.conversionFailed, "libswscale gave \(rows) of \(key.targetHeight) rows")
    }
    return result
  }

  /// Composites a picture with alpha in its fourth byte over black.
  private static func layOnBlack(_ bytes: inout [UInt8]) {
    bytes.withUnsafeMutableBufferPointer { bytes in
      for pixel in stride(from: 0, to: bytes.count, by: PixelBuffer.bytesPerPixel) {
        let alpha = Int(bytes[pixel + 3])
        guard alpha < 255 else { continue }
        for channel in pixel..<(pixel + 3) {
          bytes[channel] = UInt8((Int(bytes[channel]) * alpha + 127) / 255)
        }
        bytes[pixel + 3] = 255
      }
    }
  }

  /// The corresponding C functions are `sws_getContext` and `sws_setColorspaceDetails`.
  private func context(for key: Key) throws(MediaError) -> OpaquePointer {
    if let known = contexts[key] { return known }
    guard
      let context = sws_getContext(
        Int32(key.width), Int32(key.height), AVPixelFormat(rawValue: key.format),
        Int32(key.targetWidth), Int32(key.targetHeight), AVPixelFormat(rawValue: key.target),
        key.flags, nil, nil, nil)
    else {
      throw MediaError(
        .conversionFailed,
        "libswscale can't convert \(FrameColour.name(of: key.format)) pictures of "
          + "\(key.width)x\(key.height) pixels to RGB")
    }
    let unity: Int32 = 1 << 16
    let range: Int32 = key.isFullRange ? 1 : 0
    let isToRGB = key.target != AV_PIX_FMT_YUVA444P16LE.rawValue
    sws_setColorspaceDetails(
      context, sws_getCoefficients(key.matrix), range,
      sws_getCoefficients(isToRGB ? SWS_CS_DEFAULT : key.matrix), isToRGB ? 1 : range, 0, unity,
      unity)
    // Unusual streams change size or format in the middle; their old contexts aren't needed any
    // more.
    if contexts.count >= 64 {
      for old in contexts.values { sws_freeContext(old) }
      contexts = [:]
    }
    contexts[key] = context
    return context
  }

  /// The address of pixel (x, y) in each plane. `x` and `y` are multiples of 16, so they fall on a
  /// chroma sample.
  private func planeAddresses(_ frame: AVFrame, x: Int, y: Int) -> [UnsafePointer<UInt8>?] {
    let data = frame.data
    var planes: [UnsafePointer<UInt8>?] = [
      UnsafePointer(data.0), UnsafePointer(data.1), UnsafePointer(data.2), UnsafePointer(data.3),
    ]
    guard x > 0 || y > 0,
      let descriptor = av_pix_fmt_desc_get(AVPixelFormat(rawValue: frame.format))
    else { return planes }
    let strides = lineSizes(frame)
    let components = [
      descriptor.pointee.comp.0, descriptor.pointee.comp.1, descriptor.pointee.comp.2,
      descriptor.pointee.comp.3,
    ].prefix(Int(descriptor.pointee.nb_components))
    for plane in planes.indices {
      guard let start = planes[plane],
        let number = components.firstIndex(where: { Int($0.plane) == plane })
      else { continue }
      let isChroma = number == 1 || number == 2
      let isSubsampled = isChroma && plane > 0
      let column = isSubsampled ? x >> Int(descriptor.pointee.log2_chroma_w) : x
      let row = isSubsampled ? y >> Int(descriptor.pointee.log2_chroma_h) : y
      // In a packed 4:2:2 format the step of the luma component is that of a pixel.
      let step = Int(components[number].step)
      planes[plane] = start + row * Int(strides[plane]) + column * step
    }
    return planes
  }

  private func lineSizes(_ frame: AVFrame) -> [Int32] {
    let sizes = frame.linesize
    return [sizes.0, sizes.1, sizes.2, sizes.3]
  }
}
