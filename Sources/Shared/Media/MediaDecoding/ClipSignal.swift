/// The colour description of a clip that isn't ordinary SDR, in FFmpeg's names; for clips that
/// imitate those of cameras.
struct ClipSignal: Sendable, Equatable {
  /// Transfer function, e.g. `arib-std-b67`; the pictures' values are assumed to be encoded with
  /// it.
  var transfer = "unknown"
  /// Primaries, e.g. `bt2020`; the pictures' values are assumed to have them.
  var primaries = "unknown"
  /// Matrix, e.g. `bt2020nc`, by which the pictures are encoded.
  var matrix = "unknown"
  /// Whether samples have 10 bits instead of 8.
  var hasTenBits = false
}

extension ClipWriter.Options {
  /// What only the container says, and what it says in contradiction to the stream.
  struct ContainerClaims: Sendable {
    /// Colours; nil for those of the stream.
    var signal: ClipSignal?
    /// Width and height of a pixel.
    var pixelShape: (Int32, Int32)?
    /// Display matrix, nine numbers as in ISO/IEC 14496-12; instead of `quarterTurns`.
    var displayMatrix: [Int32]?
  }
}
