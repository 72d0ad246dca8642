internal import Foundation
package import Imaging

/// Makes a pair of pictures from a crop of a real face: one that counts as real, and a fake. Keeps
/// its working memory between pictures; one per thread.
package final class SelfBlender {
  /// The pictures of a pair.
  package enum Member: Sendable, Equatable {
    /// The crop, perhaps changed as a whole.
    case real
    /// The crop with a part blended in that differs from the rest.
    case fake
  }

  private var scratch: [UInt8] = []

  package init() {}

  /// Changes a square crop of a real face in place.
  package func apply(_ plan: SelfBlendPlan, to picture: inout PixelBuffer, as member: Member) {
    let size = picture.width
    apply(plan, to: &picture, as: member, mask: mask(plan, size: size))
  }

  /// - Parameter mask: the plan's mask; evaluated for fakes only.
  func apply(
    _ plan: SelfBlendPlan, to picture: inout PixelBuffer, as member: Member,
    mask: @autoclosure () -> BlendMask
  ) {
    switch (member, plan.changed) {
    case (.real, .source): return
    case (.real, .target): change(&picture, plan)
    case (.fake, let side):
      var source = picture
      if side == .source { change(&source, plan) } else { change(&picture, plan) }
      source.warpReflecting(by: plan.move.transform(size: picture.width), scratch: &scratch)
      Self.blend(source, onto: &picture, mask())
    }
  }

  /// The plan's blending weights for a crop of `size` pixels per side.
  package func mask(_ plan: SelfBlendPlan, size: Int) -> BlendMask {
    // Borders are soft, so half of the resolution is enough.
    let cells = min(max(size / 2, 16), 128)
    let scale = Double(cells) / Double(size)
    let count = plan.outline.count
    // Two more corners on each edge, so that the field bends the edges too.
    let outline = plan.outline.indices.flatMap { index in
      let (start, end) = (plan.outline[index], plan.outline[(index + 1) % count])
      return [start, (start * 2 + end) / 3, (start + end * 2) / 3]
    }
    let moved = outline.map { point in
      let move = plan.elastic.move(at: point / Double(size))
      return (point + move * (plan.elasticSigma * Double(size))) * scale
    }
    var mask = BlendMask(size: cells, polygon: moved)
    mask.blur(sigma: plan.blurSigma * Double(cells))
    if plan.isBorderInside { mask.keepInside(above: 0.3) }
    mask.scale(by: Float(plan.strength))
    return mask
  }

  /// Changes the colour, then the sharpness.
  private func change(_ picture: inout PixelBuffer, _ plan: SelfBlendPlan) {
    ColourMatrix(plan.colour, meanGrey: Self.meanGrey(of: picture)).apply(to: &picture)
    switch plan.sharpness {
    case .downscaled(let factor):
      let side = max(Int((Double(picture.width) * factor).rounded()), 1)
      picture = picture.resized(width: side, height: side)
        .resized(width: picture.width, height: picture.height)
    case .sharpened(let amount):
      var soft = picture
      soft.blur(sigma: Double(picture.width) / 144)
      Self.sharpen(&picture, soft, by: Float(2 * amount))
    }
  }

  /// Adds `amount` times the difference to a blurred copy.
  private static func sharpen(_ picture: inout PixelBuffer, _ soft: PixelBuffer, by amount: Float) {
    let own = 1 + amount
    picture.bytes.withUnsafeMutableBufferPointer { bytes in
      soft.bytes.withUnsafeBufferPointer { soft in
        for index in bytes.indices {
          let value = Float(bytes[index]) * own - Float(soft[index]) * amount + 0.5
          bytes[index] = UInt8(truncatingIfNeeded: Int32(min(max(value, 0), 255)))
        }
      }
    }
  }

  /// Blends a picture into another one of its size: `weight * source + (1 - weight) * target`,
  /// rounded. The weights between the cells of a mask are interpolated.
  package static func blend(
    _ source: PixelBuffer, onto target: inout PixelBuffer, _ mask: BlendMask
  ) {
    precondition(
      source.width == target.width && source.height == target.height,
      "pictures that are blended have one size")
    let (width, height, cells) = (target.width, target.height, mask.size)
    let columns = (0..<width).map { BlendMask.Position($0, of: width, cells: cells) }
    target.bytes.withUnsafeMutableBufferPointer { target in
      source.bytes.withUnsafeBufferPointer { source in
        withUnsafeTemporaryAllocation(of: Float.self, capacity: (cells + 1) * width) { wide in
          // Rows of cells at the picture's width; the last row holds the weights of a row of
          // pixels.
          mask.widen(columns, into: wide)
          let weights = cells * width
          for row in 0..<height {
            let position = BlendMask.Position(row, of: height, cells: cells)
            let (upper, lower) = (position.first * width, position.second * width)
            for column in 0..<width {
              let top = wide[upper + column]
              wide[weights + column] = top + (wide[lower + column] - top) * position.share
            }
            for column in 0..<width {
              let weight = wide[weights + column]
              guard weight > 0 else { continue }
              let start = (row * width + column) * PixelBuffer.bytesPerPixel
              for index in start..<start + 3 {
                let own = Float(target[index])
                let mixed = own + (Float(source[index]) - own) * weight + 0.5
                target[index] = UInt8(truncatingIfNeeded: Int32(mixed))
              }
            }
          }
        }
      }
    }
  }

  /// The mean of red, green and blue.
  private static func meanGrey(of picture: PixelBuffer) -> Float {
    var sum = 0
    picture.bytes.withUnsafeBufferPointer { bytes in
      for start in stride(from: 0, to: bytes.count, by: PixelBuffer.bytesPerPixel) {
        sum &+= Int(bytes[start]) &+ Int(bytes[start + 1]) &+ Int(bytes[start + 2])
      }
    }
    return Float(sum) / Float(3 * picture.width * picture.height)
  }
}

extension BlendMask {
  /// Interpolates along the rows, one weight per column of a picture.
  fileprivate func widen(_ columns: [Position], into wide: UnsafeMutableBufferPointer<Float>) {
    weights.withUnsafeBufferPointer { weights in
      for row in 0..<size {
        for (column, position) in columns.enumerated() {
          let first = weights[row * size + position.first]
          wide[row * columns.count + column] =
            first + (weights[row * size + position.second] - first) * position.share
        }
      }
    }
  }

  /// The position of a pixel's centre between the centres of two cells.
  struct Position {
    let first: Int
    let second: Int
    let share: Float

    init(_ pixel: Int, of pixels: Int, cells: Int) {
      let cell = (Double(pixel) + 0.5) * Double(cells) / Double(pixels) - 0.5
      let bounded = min(max(cell, 0), Double(cells - 1))
      first = Int(bounded)
      second = min(first + 1, cells - 1)
      share = Float(bounded - Double(first))
    }
  }
}

extension ColourMatrix {
  /// Hue, saturation and brightness, then contrast around the picture's mean, then the tint.
  init(_ colour: SelfBlendPlan.Colour, meanGrey: Float) {
    self.init(hue: colour.hueDegrees, saturation: colour.saturation)
    let brightness = Float(colour.brightness)
    scale(by: brightness, around: 0, adding: SIMD4(repeating: 0))
    let tint = SIMD4<Float>(SIMD3<Float>(colour.tint), 0)
    scale(
      by: Float(colour.contrast), around: meanGrey * brightness,
      adding: tint + SIMD4(1, 1, 1, 0) * Float(colour.lightness * 64))
  }
}
