internal import CFFmpeg
internal import Foundation

/// Tables that map colours pixel by pixel; a pixel's result depends on no other pixel, so a region
/// equals that part of the whole.
final class ColourTables {
  /// Steps of the table of encoded values.
  private static let steps = 1 << 12

  /// Luminance of 1 in linear light, in cd/m².
  private static let unitLuminance = 100.0

  /// Luminance that becomes the brightest white, in cd/m²: HLG's nominal peak. PQ clips above it.
  private static let peakLuminance = 1000.0

  private let isToneMapped: Bool
  /// Signal to the display's linear light, for all 16-bit values: near the border of a gamut a
  /// component is a small difference of large ones, so that the errors of coarser steps would be
  /// visible.
  private let linear: [Float]
  /// The square root of linear light to 8 bits.
  private let encoded: [UInt8]
  private let red: SIMD4<Float>
  private let green: SIMD4<Float>
  private let blue: SIMD4<Float>
  private let peakScale: Float

  init(_ mapping: ColourMapping) {
    isToneMapped = mapping.transfer != .sdr
    (red, green, blue) = mapping.gamut.matrixToBT709
    let positions = (0...ColourTables.steps).map { Double($0) / Double(ColourTables.steps) }
    let transfer = mapping.transfer
    linear = (0...65535).map { sample in
      let signal = Double(sample) / 65535
      return switch transfer {
      case .hlg: Float(ColourTables.hlgLuminance(signal) / ColourTables.unitLuminance)
      case .pq: Float(ColourTables.pqLuminance(signal) / ColourTables.unitLuminance)
      case .sdr: Float(pow(signal, 2.4))
      }
    }
    encoded = positions.map { root in UInt8((255 * pow(root, 2 / 2.4)).rounded()) }
    peakScale =
      1 / ColourTables.hable(Float(ColourTables.peakLuminance / ColourTables.unitLuminance))
  }

  /// Inverse OETF and OOTF of HLG: signal to cd/m². The system gamma of 1.2 at 1000 cd/m² is
  /// applied to each component, as FFmpeg's `zscale` does, and not to the luminance.
  private static func hlgLuminance(_ signal: Double) -> Double {
    let (a, b, c) = (0.17883277, 0.28466892, 0.55991073)
    let scene = signal <= 0.5 ? signal * signal / 3 : (exp((signal - c) / a) + b) / 12
    return peakLuminance * pow(scene, 1.2)
  }

  /// EOTF of PQ: signal to cd/m².
  private static func pqLuminance(_ signal: Double) -> Double {
    let (m1, m2) = (2610.0 / 16384, 2523.0 / 32)
    let (c1, c2, c3) = (3424.0 / 4096, 2413.0 / 128, 2392.0 / 128)
    let root = pow(signal, 1 / m2)
    return 10_000 * pow(max(root - c1, 0) / (c2 - c3 * root), 1 / m1)
  }

  /// J. Hable's curve (Filmic Tonemapping Operators, 2010), as FFmpeg's `tonemap` has it.
  private static func hable(_ x: Float) -> Float {
    (x * (0.15 * x + 0.05) + 0.004) / (x * (0.15 * x + 0.5) + 0.06) - 0.02 / 0.3
  }

  /// Maps pixels of four 16-bit samples to 8-bit ones.
  ///
  /// - Parameters:
  ///   - samples: R, G, B and alpha of each pixel, 0...65535; or planes of luma, both chromas and
  ///     alpha.
  ///   - range: how luma and chroma are to be read; nil for red, green and blue.
  func mapped(_ samples: [UInt16], _ range: ComponentRange?) -> [UInt8] {
    samples.withUnsafeBufferPointer { samples in
      [UInt8](unsafeUninitializedCapacity: samples.count) { bytes, count in
        linear.withUnsafeBufferPointer { linear in
          encoded.withUnsafeBufferPointer { encoded in
            let pixels = samples.count / 4
            for pixel in 0..<pixels {
              var signal = (red: 0, green: 0, blue: 0)
              let alpha: UInt16
              if let range {
                signal = range.signal(
                  samples[pixel], samples[pixels + pixel], samples[2 * pixels + pixel])
                alpha = samples[3 * pixels + pixel]
              } else {
                signal.red = Int(samples[4 * pixel])
                signal.green = Int(samples[4 * pixel + 1])
                signal.blue = Int(samples[4 * pixel + 2])
                alpha = samples[4 * pixel + 3]
              }
              map(
                linear[signal.red], linear[signal.green], linear[signal.blue], encoded,
                to: bytes, at: 4 * pixel)
              bytes[4 * pixel + 3] = UInt8(alpha >> 8)
            }
          }
        }
        count = samples.count
      }
    }
  }

  /// Maps one pixel's linear light. Scalars, because short vectors of `Float` are slower here.
  @inline(__always)
  private func map(
    _ r: Float, _ g: Float, _ b: Float, _ encoded: UnsafeBufferPointer<UInt8>,
    to bytes: UnsafeMutableBufferPointer<UInt8>, at offset: Int
  ) {
    var newRed = red.x * r + red.y * g + red.z * b
    var newGreen = green.x * r + green.y * g + green.z * b
    var newBlue = blue.x * r + blue.y * g + blue.z * b
    if isToneMapped {
      // The brightest component is mapped, and the others are scaled by the same factor, so that
      // hues stay.
      let brightest = max(newRed, newGreen, newBlue, 1e-6)
      let scale = ColourTables.hable(brightest) * peakScale / brightest
      newRed *= scale
      newGreen *= scale
      newBlue *= scale
    }
    bytes[offset] = encoded[ColourTables.step(newRed)]
    bytes[offset + 1] = encoded[ColourTables.step(newGreen)]
    bytes[offset + 2] = encoded[ColourTables.step(newBlue)]
  }

  /// Index of linear light in the table of encoded values; light is clamped to 0...1.
  @inline(__always)
  private static func step(_ light: Float) -> Int {
    Int(min(max(light, 0), 1).squareRoot() * Float(steps) + 0.5)
  }
}

/// How 16-bit luma and chroma become red, green and blue: ITU-T H.273, equations 38 to 40.
struct ComponentRange {
  private let lumaOffset: Float
  private let lumaScale: Float
  private let chromaScale: Float
  /// What one unit of each chroma adds.
  private let blueFromBlue: Float
  private let greenFromBlue: Float
  private let greenFromRed: Float
  private let redFromRed: Float

  init(_ colour: FrameColour) {
    let (kr, kb): (Float, Float) =
      switch colour.matrix {
      case SWS_CS_BT2020: (0.2627, 0.0593)
      case SWS_CS_ITU709: (0.2126, 0.0722)
      case SWS_CS_FCC: (0.30, 0.11)
      case SWS_CS_SMPTE240M: (0.212, 0.087)
      default: (0.299, 0.114)
      }
    lumaOffset = colour.isFullRange ? 0 : 16 * 256
    lumaScale = colour.isFullRange ? 1 : 65535 / (219 * 256)
    chromaScale = colour.isFullRange ? 1 : 65535 / (224 * 256)
    let kg = 1 - kr - kb
    blueFromBlue = 2 * (1 - kb)
    greenFromBlue = -2 * kb * (1 - kb) / kg
    greenFromRed = -2 * kr * (1 - kr) / kg
    redFromRed = 2 * (1 - kr)
  }

  /// Red, green and blue, 0...65535.
  @inline(__always)
  func signal(
    _ luma: UInt16, _ blue: UInt16, _ red: UInt16
  ) -> (red: Int, green: Int, blue: Int) {
    let y = (Float(luma) - lumaOffset) * lumaScale
    let b = (Float(blue) - 32768) * chromaScale
    let r = (Float(red) - 32768) * chromaScale
    func whole(_ value: Float) -> Int { Int(min(max(value, 0), 65535) + 0.5) }
    return (
      whole(y + redFromRed * r), whole(y + greenFromBlue * b + greenFromRed * r),
      whole(y + blueFromBlue * b)
    )
  }
}
