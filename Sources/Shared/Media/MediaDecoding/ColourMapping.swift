internal import CFFmpeg

/// How colours that aren't BT.709's become BT.709's; `docs/pixels.md` has the formulas.
struct ColourMapping: Hashable {
  /// The transfer function that is inverted.
  enum Transfer: Hashable {
    /// Hybrid log-gamma, ITU-R BT.2100-2, Table 5, on a display of 1000 cd/m².
    case hlg
    /// Perceptual quantizer, ITU-R BT.2100-2, Table 4.
    case pq
    /// ITU-R BT.1886 with black at 0: a power of 2.4. The range stays as it is.
    case sdr
  }

  /// The primaries that are converted.
  enum Gamut: Hashable {
    case bt709
    case bt2020
    /// SMPTE RP 431-2's primaries with the white of daylight: Display P3.
    case p3
  }

  let transfer: Transfer
  let gamut: Gamut

  init(transfer: Transfer, gamut: Gamut) {
    self.transfer = transfer
    self.gamut = gamut
  }

  /// The mapping for a colour description; nil if colours are taken as they are.
  init?(_ described: ColourDescription) {
    let gamut: Gamut? =
      switch described.primaries {
      case AVCOL_PRI_BT2020: .bt2020
      case AVCOL_PRI_SMPTE432: .p3
      // Both HDR systems are BT.2100's, with its primaries.
      case AVCOL_PRI_UNSPECIFIED where described.isHighDynamicRange: .bt2020
      default: nil
      }
    switch described.transfer {
    case AVCOL_TRC_ARIB_STD_B67: self.init(transfer: .hlg, gamut: gamut ?? .bt709)
    case AVCOL_TRC_SMPTE2084: self.init(transfer: .pq, gamut: gamut ?? .bt709)
    default:
      guard let gamut else { return nil }
      self.init(transfer: .sdr, gamut: gamut)
    }
  }
}

extension ColourMapping.Gamut {
  /// Rows of the matrix from these primaries to BT.709's, both with white D65 (for BT.2020 that of
  /// ITU-R BT.2087-0).
  var matrixToBT709: (red: SIMD4<Float>, green: SIMD4<Float>, blue: SIMD4<Float>) {
    switch self {
    case .bt709: (SIMD4(1, 0, 0, 0), SIMD4(0, 1, 0, 0), SIMD4(0, 0, 1, 0))
    case .bt2020:
      (
        SIMD4(1.660491, -0.587641, -0.072850, 0), SIMD4(-0.124550, 1.132900, -0.008349, 0),
        SIMD4(-0.018151, -0.100579, 1.118730, 0)
      )
    case .p3:
      (
        SIMD4(1.224940, -0.224940, 0, 0), SIMD4(-0.042057, 1.042057, 0, 0),
        SIMD4(-0.019638, -0.078636, 1.098274, 0)
      )
    }
  }
}
