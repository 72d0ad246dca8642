/// What a clip says of its pictures, beyond what ordinary clips need; FFmpeg's names. For clips that
/// stand for cameras'.
struct ClipSignal: Sendable, Equatable {
  /// Transfer function, e.g. `arib-std-b67`; the pictures' values are taken to be such already.
  var transfer = "unknown"
  /// Primaries, e.g. `bt2020`; as above.
  var primaries = "unknown"
  /// Matrix, e.g. `bt2020nc`, by which the pictures are encoded.
  var matrix = "unknown"
  /// Samples of 10 bits instead of 8.
  var hasTenBits = false
}

extension ClipWriter.Options {
  /// What only the container says, and what it says otherwise than the stream.
  struct ContainerClaims: Sendable {
    /// Colours; nil for those of the stream.
    var signal: ClipSignal?
    /// Width and height of a pixel.
    var pixelShape: (Int32, Int32)?
    /// Display matrix, nine numbers as in ISO/IEC 14496-12; instead of `quarterTurns`.
    var displayMatrix: [Int32]?
  }
}
