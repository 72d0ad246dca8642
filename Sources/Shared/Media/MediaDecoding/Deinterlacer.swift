internal import CFFmpeg

/// Replaces the lines of an interlaced picture's second field where they don't fit between those of
/// the first one, because something has moved from field to field. Elsewhere both fields are kept,
/// so that a progressive picture that is merely flagged as interlaced keeps its detail.
///
/// It uses this picture only, because the choice of pictures determines which neighbours are
/// decoded.
enum Deinterlacer {
  /// Side of the blocks that are kept or interpolated, in luma pixels.
  private static let blockSide = 8

  /// Number of combed pixels from which on a block counts as moved.
  private static let combedPixels = 4

  /// A line that differs from both neighbours by more than this, of 255, in the same direction,
  /// while the next line does so in the other direction, looks combed. A thin line of the picture,
  /// as in hair or letters, has no such next line. A higher threshold leaves faint combs; a lower
  /// one takes more of a progressive picture for combs (`docs/pixels.md` has the numbers).
  private static let combThreshold = 6

  /// What was done with a picture.
  enum Outcome: Equatable {
    /// The fields fit together: nothing was changed.
    case unchanged
    /// Lines of the second field were interpolated.
    case interpolated
    /// The samples' layout isn't supported: nothing was changed.
    case unsupported
  }

  /// Deinterlaces a picture in place; copies its samples first if the decoder still needs them.
  ///
  /// - Parameter isTopFirst: whether the first line belongs to the field that is shown first.
  static func process(
    _ frame: UnsafeMutablePointer<AVFrame>, isTopFirst: Bool
  ) throws(MediaError) -> Outcome {
    guard let components = SampleComponent.all(of: frame.pointee) else { return .unsupported }
    // Green for RGB, luma otherwise.
    let descriptor = av_pix_fmt_desc_get(AVPixelFormat(rawValue: frame.pointee.format))
    let isRGB = (descriptor?.pointee.flags ?? 0) & UInt64(AV_PIX_FMT_FLAG_RGB) != 0
    let guide = components[isRGB ? 1 : 0]
    guard guide.height >= 4 else { return .unchanged }
    let blocks =
      guide.bytesPerSample == 1
      ? movedBlocks(guide, UInt8.self) : movedBlocks(guide, UInt16.self)
    guard blocks.contains(true) else { return .unchanged }
    try MediaError.checkConversion(
      av_frame_make_writable(frame), "no memory for a deinterlaced picture")
    // Copying may have changed the samples' addresses.
    for component in SampleComponent.all(of: frame.pointee) ?? [] {
      if component.bytesPerSample == 1 {
        interpolate(component, UInt8.self, blocks, width: guide.width, isTopFirst)
      } else {
        interpolate(component, UInt16.self, blocks, width: guide.width, isTopFirst)
      }
    }
    return .interpolated
  }

  private static func blockCount(_ length: Int) -> Int { (length + blockSide - 1) / blockSide }

  /// Whether each block has moved, or borders on one that has.
  private static func movedBlocks<Sample: FixedWidthInteger & UnsignedInteger>(
    _ plane: SampleComponent, _: Sample.Type
  ) -> [Bool] {
    let columns = blockCount(plane.width)
    let rows = blockCount(plane.height)
    var counts = [Int](repeating: 0, count: columns * rows)
    let threshold = Int32(combThreshold << (plane.bits - 8))
    let step = plane.step
    counts.withUnsafeMutableBufferPointer { counts in
      // Direction in which the line above differs from its neighbours: 1, -1, or 0 for no comb.
      var previous = [Int8](repeating: 0, count: plane.width)
      previous.withUnsafeMutableBufferPointer { previous in
        for y in 1..<(plane.height - 1) {
          let line = plane.line(y, Sample.self)
          let above = plane.line(y - 1, Sample.self)
          let below = plane.line(y + 1, Sample.self)
          let base = y / blockSide * columns
          for x in 0..<plane.width {
            let i = x * step
            let middle = Int32(line[i])
            let (up, down) = (middle - Int32(above[i]), middle - Int32(below[i]))
            let direction: Int8 =
              up > threshold && down > threshold
              ? 1 : up < -threshold && down < -threshold ? -1 : 0
            if direction != 0 && direction == -previous[x] { counts[base + x / blockSide] += 1 }
            previous[x] = direction
          }
        }
      }
    }
    let moved = counts.map { $0 >= combedPixels }
    guard moved.contains(true) else { return moved }
    return counts.indices.map { index in
      if moved[index] { return true }
      let (column, row) = (index % columns, index / columns)
      for y in max(row - 1, 0)...min(row + 1, rows - 1) {
        for x in max(column - 1, 0)...min(column + 1, columns - 1) where moved[y * columns + x] {
          return true
        }
      }
      return false
    }
  }

  /// Fills the second field's lines inside of moved blocks: along the edge that fits best, as
  /// FFmpeg's `yadif` does, else by the cubic filter of its `bwdif`.
  private static func interpolate<Sample: FixedWidthInteger & UnsignedInteger>(
    _ plane: SampleComponent, _: Sample.Type, _ blocks: [Bool], width lumaWidth: Int,
    _ isTopFirst: Bool
  ) {
    let columns = blockCount(lumaWidth)
    let first = isTopFirst ? 0 : 1
    let last = plane.height - 1 - (plane.height - 1 - first) % 2
    guard last >= first else { return }
    let maximum = Int32(1) << Int32(plane.bits) - 1
    let step = plane.step
    blocks.withUnsafeBufferPointer { blocks in
      for y in stride(from: 1 - first, to: plane.height, by: 2) {
        let row = (y << plane.rowShift) / blockSide * columns
        let line = plane.line(y, Sample.self)
        func kept(_ y: Int) -> UnsafeMutablePointer<Sample> {
          plane.line(min(max(y, first), last), Sample.self)
        }
        let (above, below, farAbove, farBelow) = (
          kept(y - 1), kept(y + 1), kept(y - 3), kept(y + 3)
        )
        for x in 0..<plane.width {
          guard blocks[row + (x << plane.columnShift) / blockSide] else { continue }
          func difference(_ shift: Int) -> Int32 {
            var sum: Int32 = 0
            for offset in -1...1 {
              sum += abs(
                Int32(above[(x + offset + shift) * step])
                  - Int32(below[(x + offset - shift) * step]))
            }
            return sum
          }
          let i = x * step
          let (a, b) = (Int32(above[i]), Int32(below[i]))
          var best: Int32 = .max
          var direction = 0
          if x >= 3 && x < plane.width - 3 {
            best = difference(0) - 1
            for sign in [-1, 1] {
              let near = difference(sign)
              guard near < best else { continue }
              (best, direction) = (near, sign)
              let far = difference(2 * sign)
              if far < best { (best, direction) = (far, 2 * sign) }
            }
          }
          let value =
            direction == 0
            ? (5077 * (a + b) - 981 * (Int32(farAbove[i]) + Int32(farBelow[i])) + 4096) >> 13
            : (Int32(above[(x + direction) * step]) + Int32(below[(x - direction) * step]) + 1) >> 1
          line[i] = Sample(min(max(value, 0), maximum))
        }
      }
    }
  }
}

/// One component of a picture's samples, e.g. luma.
private struct SampleComponent {
  let start: UnsafeMutablePointer<UInt8>
  let bytesPerRow: Int
  let bytesPerSample: Int
  /// Distance in samples from one of this component to the next in a row.
  let step: Int
  let width: Int
  let height: Int
  /// Luma columns and rows per sample, as exponents of two.
  let columnShift: Int
  let rowShift: Int
  /// Bits of the largest value.
  let bits: Int

  /// - Returns: nil if samples aren't whole bytes in this processor's byte order.
  static func all(of frame: AVFrame) -> [SampleComponent]? {
    guard let found = av_pix_fmt_desc_get(AVPixelFormat(rawValue: frame.format)) else { return nil }
    let descriptor = found.pointee
    let obstacles =
      UInt64(AV_PIX_FMT_FLAG_BITSTREAM) | UInt64(AV_PIX_FMT_FLAG_PAL)
      | UInt64(AV_PIX_FMT_FLAG_HWACCEL) | UInt64(AV_PIX_FMT_FLAG_BAYER)
      | UInt64(AV_PIX_FMT_FLAG_BE) | UInt64(AV_PIX_FMT_FLAG_FLOAT)
    guard descriptor.flags & obstacles == 0 else { return nil }
    let data = frame.data
    let sizes = frame.linesize
    let planes = [data.0, data.1, data.2, data.3]
    let strides = [sizes.0, sizes.1, sizes.2, sizes.3]
    let parts = [
      descriptor.comp.0, descriptor.comp.1, descriptor.comp.2, descriptor.comp.3,
    ].prefix(Int(descriptor.nb_components))
    var result: [SampleComponent] = []
    for (number, part) in parts.enumerated() {
      let bits = Int(part.depth + part.shift)
      let bytes = bits > 8 ? 2 : 1
      guard part.depth >= 8, bits <= 16, Int(part.step) % bytes == 0, Int(part.offset) % bytes == 0,
        planes.indices.contains(Int(part.plane)), let plane = planes[Int(part.plane)]
      else { return nil }
      let isChroma = number == 1 || number == 2
      let columnShift = isChroma ? Int(descriptor.log2_chroma_w) : 0
      let rowShift = isChroma ? Int(descriptor.log2_chroma_h) : 0
      result.append(
        SampleComponent(
          start: plane + Int(part.offset), bytesPerRow: Int(strides[Int(part.plane)]),
          bytesPerSample: bytes, step: Int(part.step) / bytes,
          width: (Int(frame.width) + (1 << columnShift) - 1) >> columnShift,
          height: (Int(frame.height) + (1 << rowShift) - 1) >> rowShift,
          columnShift: columnShift, rowShift: rowShift, bits: bits))
    }
    return result.isEmpty ? nil : result
  }

  func line<Sample>(_ y: Int, _: Sample.Type) -> UnsafeMutablePointer<Sample> {
    UnsafeMutableRawPointer(start + y * bytesPerRow).assumingMemoryBound(to: Sample.self)
  }
}
