internal import Foundation
internal import Imaging

/// The measurements of one crop: border, sharpness, colour, and edges on and off the grid of the
/// displayed picture's blocks.
struct CropMeasures {
  /// Share of the crop that is black and connected to its edge by black pixels.
  let blackBorder: Double
  /// Natural logarithm of the variance of the Laplacian over the inner face, as evaluations measure
  /// it; nil for a crop of a few pixels.
  let sharpness: Double?
  /// Mean luma of the inner face, 0...255.
  let brightness: Double
  /// Mean of blue minus luma over the inner face.
  let blueTint: Double
  /// Mean of red minus luma over the inner face.
  let redTint: Double
  /// Edges on and off the displayed picture's grid; nil if the crop's position there is unknown, or
  /// if the crop is reduced so much that blocks can't be seen.
  let grid: GridEdges?

  /// A pixel counts as black up to this value of its brightest channel: black, or black after JPEG
  /// compression of high quality.
  static let darkest: UInt8 = 12

  /// - Parameters:
  ///   - face: the inner face; inside of the crop, and not empty.
  ///   - transform: from the crop to the displayed picture; nil if unknown.
  init(_ picture: PixelBuffer, face: PixelRectangle, transform: SimilarityTransform?) {
    let luma = Self.luma(of: picture)
    blackBorder = Self.blackBorder(picture)
    sharpness = picture.blur(in: face).map { -$0 }
    var (sum, red, blue) = (0.0, 0.0, 0.0)
    for y in face.y..<face.y + face.height {
      for x in face.x..<face.x + face.width {
        let pixel = picture[x, y]
        sum += Double(luma[y * picture.width + x])
        red += Double(pixel[0])
        blue += Double(pixel[2])
      }
    }
    let count = Double(max(face.width * face.height, 1))
    brightness = sum / count
    redTint = (red - sum) / count
    blueTint = (blue - sum) / count
    grid = transform.flatMap {
      GridEdges(luma, width: picture.width, height: picture.height, transform: $0)
    }
  }

  /// BT.601's luma, 0...255.
  private static func luma(of picture: PixelBuffer) -> [Float] {
    let count = picture.width * picture.height
    return [Float](unsafeUninitializedCapacity: count) { luma, initialized in
      picture.bytes.withUnsafeBufferPointer { bytes in
        for pixel in 0..<count {
          let offset = pixel &* PixelBuffer.bytesPerPixel
          luma[pixel] =
            0.299 * Float(bytes[offset]) + 0.587 * Float(bytes[offset &+ 1])
            + 0.114 * Float(bytes[offset &+ 2])
        }
      }
      initialized = count
    }
  }

  /// The share of black pixels that are reached from the edge over black pixels.
  private static func blackBorder(_ picture: PixelBuffer) -> Double {
    let (width, height) = (picture.width, picture.height)
    var isReached = [Bool](repeating: false, count: width * height)
    var pending: [Int] = []
    func visit(_ x: Int, _ y: Int) {
      let index = y * width + x
      guard !isReached[index] else { return }
      let pixel = picture[x, y]
      guard max(pixel[0], pixel[1], pixel[2]) <= darkest else { return }
      isReached[index] = true
      pending.append(index)
    }
    for x in 0..<width {
      visit(x, 0)
      visit(x, height - 1)
    }
    for y in 0..<height {
      visit(0, y)
      visit(width - 1, y)
    }
    var count = 0
    while let index = pending.popLast() {
      count += 1
      let (x, y) = (index % width, index / width)
      if x > 0 { visit(x - 1, y) }
      if x + 1 < width { visit(x + 1, y) }
      if y > 0 { visit(x, y - 1) }
      if y + 1 < height { visit(x, y + 1) }
    }
    return Double(count) / Double(width * height)
  }
}

/// Differences between neighbouring pixels of crops, on the borders of blocks of 8x8 pixels of the
/// displayed picture and elsewhere. JPEG and most video codecs compress such blocks one by one.
///
/// The grid is that of the source, not of the crop: the crop's own file has a grid too, the same
/// for real and fake.
struct GridEdges {
  private var onGrid = 0.0
  private var onGridCount = 0.0
  private var offGrid = 0.0
  private var offGridCount = 0.0

  /// Largest number of source pixels per crop pixel with which blocks can be seen.
  private static let largestScale = 3.0
  /// Differences are cut at this many grey levels: larger ones are edges of the picture itself.
  private static let largestDifference: Float = 16

  init() {}

  init?(_ luma: [Float], width: Int, height: Int, transform: SimilarityTransform) {
    guard width > 1, height > 1, transform.scale > 1e-3, transform.scale <= Self.largestScale,
      abs(transform.tx) < 1e6, abs(transform.ty) < 1e6
    else { return nil }
    let (a, b) = (transform.a, transform.b)
    var sums = [Double](repeating: 0, count: 8)
    var counts = [Double](repeating: 0, count: 8)
    luma.withUnsafeBufferPointer { luma in
      for y in 0..<height - 1 {
        for x in 0..<width - 1 {
          let index = y &* width &+ x
          let here = luma[index]
          // The border between pixels x and x + 1 lies at x + 1; block borders at multiples of 8.
          let sourceX = a * Double(x + 1) - b * (Double(y) + 0.5) + transform.tx
          let sourceY = b * (Double(x) + 0.5) + a * Double(y + 1) + transform.ty
          let column = Int(sourceX.rounded()) & 7
          let row = Int(sourceY.rounded()) & 7
          sums[column] += Double(min(abs(luma[index &+ 1] - here), Self.largestDifference))
          counts[column] += 1
          sums[row] += Double(min(abs(luma[index &+ width] - here), Self.largestDifference))
          counts[row] += 1
        }
      }
    }
    onGrid = sums[0]
    onGridCount = counts[0]
    offGrid = sums[1...].reduce(0, +)
    offGridCount = counts[1...].reduce(0, +)
  }

  static func += (left: inout GridEdges, right: GridEdges) {
    left.onGrid += right.onGrid
    left.onGridCount += right.onGridCount
    left.offGrid += right.offGrid
    left.offGridCount += right.offGridCount
  }

  /// The logarithm of the ratio of both means; nil without pixels of either kind.
  var strength: Double? {
    guard onGridCount > 0, offGridCount > 0 else { return nil }
    // 0.05 grey levels are added so that a picture of one colour has no strength.
    return log((onGrid / onGridCount + 0.05) / (offGrid / offGridCount + 0.05))
  }
}
