internal import Foundation

/// Tables that map colours pixel by pixel; a pixel's result depends on nothing else, so regions are
/// parts of the whole.
final class ColourTables {
  /// Signals are read with 12 bits, as many as HDR video has.
  private static let steps = 1 << 12

  /// Luminance of 1 in linear light, in cd/m².
  private static let unitLuminance = 100.0

  /// Luminance that becomes the brightest white, in cd/m²: HLG's nominal peak. PQ clips above it.
  private static let peakLuminance = 1000.0

  private let isToneMapped: Bool
  /// Signal to the display's linear light.
  private let linear: [Float]
  /// The square root of linear light to 8 bits.
  private let encoded: [UInt8]
  private let rows: [SIMD4<Float>]
  private let peakScale: Float

  init(_ mapping: ColourMapping) {
    isToneMapped = mapping.transfer != .sdr
    rows = mapping.gamut.matrixToBT709
    let positions = (0...ColourTables.steps).map { Double($0) / Double(ColourTables.steps) }
    let transfer = mapping.transfer
    // Index i stands for the 16-bit value 16 i, of at most 65535.
    let signals = (0...ColourTables.steps).map { min(Double($0) * 16 / 65535, 1) }
    linear = signals.map { signal in
      switch transfer {
      case .hlg: Float(ColourTables.hlgLuminance(signal) / ColourTables.unitLuminance)
      case .pq: Float(ColourTables.pqLuminance(signal) / ColourTables.unitLuminance)
      case .sdr: Float(pow(signal, 2.4))
      }
    }
    encoded = positions.map { root in UInt8((255 * pow(root, 2 / 2.4)).rounded()) }
    peakScale =
      1 / ColourTables.hable(Float(ColourTables.peakLuminance / ColourTables.unitLuminance))
  }

  /// Inverse OETF and OOTF of HLG: signal to cd/m². The system gamma of 1.2 at 1000 cd/m² is taken of
  /// each component, as FFmpeg's `zscale` does, and not of the luminance.
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

  /// Maps pixels of four 16-bit samples (R, G, B, alpha) to 8-bit ones.
  func mapped(_ samples: [UInt16]) -> [UInt8] {
    samples.withUnsafeBufferPointer { samples in
      [UInt8](unsafeUninitializedCapacity: samples.count) { bytes, count in
        linear.withUnsafeBufferPointer { linear in
          encoded.withUnsafeBufferPointer { encoded in
            map(samples, to: bytes, linear, encoded)
          }
        }
        count = samples.count
      }
    }
  }

  private func map(
    _ samples: UnsafeBufferPointer<UInt16>, to bytes: UnsafeMutableBufferPointer<UInt8>,
    _ linear: UnsafeBufferPointer<Float>, _ encoded: UnsafeBufferPointer<UInt8>
  ) {
    let steps = Float(ColourTables.steps)
    let (red, green, blue) = (rows[0], rows[1], rows[2])
    for pixel in stride(from: 0, to: samples.count, by: 4) {
      var light = SIMD4<Float>(
        linear[(Int(samples[pixel]) + 8) >> 4], linear[(Int(samples[pixel + 1]) + 8) >> 4],
        linear[(Int(samples[pixel + 2]) + 8) >> 4], 0)
      light = SIMD4((light * red).sum(), (light * green).sum(), (light * blue).sum(), 0)
      if isToneMapped {
        // The brightest component is mapped and takes the others along, so that hues stay.
        let brightest = max(light.max(), 1e-6)
        light *= ColourTables.hable(brightest) * peakScale / brightest
      }
      light.clamp(lowerBound: SIMD4(repeating: 0), upperBound: SIMD4(repeating: 1))
      let root = light.squareRoot() * steps + 0.5
      bytes[pixel] = encoded[Int(root.x)]
      bytes[pixel + 1] = encoded[Int(root.y)]
      bytes[pixel + 2] = encoded[Int(root.z)]
      bytes[pixel + 3] = UInt8(samples[pixel + 3] >> 8)
    }
  }
}
