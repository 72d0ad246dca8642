import Kernels

/// Every number of these kernels that measurements decide.
///
/// Properties differ by layer and can be changed at run time: `trainer tune` compares each with its
/// `alternatives`, for all layers of ResNet18, in alternating rounds, and prints ratios. A static number
/// is built into the code: change it here, build into another folder, and compare the two builds by
/// `scripts/benchmark-against`.
///
/// Where a comment names no measurement there is none.
struct Tuning: Sendable, Equatable {
  // Winograd's algorithm for 3x3 kernels, with stride 1 and 2.

  /// Tiles that `forward` and `inputGrad` transform, multiply and transform back at a time.
  var forwardTiles: Int
  /// Tiles that `weightGrad` transforms and multiplies at a time.
  var gradTiles: Int
  /// With more than so many blocks of `forwardTiles` tiles, packed weights are those at the points, four
  /// times as large as the taps. With fewer blocks, each block transforms the taps itself.
  var transformedBlocks = 8

  // Direct convolutions, see `Correlation`.

  /// Output pixels of a strip.
  var stripPixels = 128
  /// Strips that are multiplied with the same weights before the next weights are read.
  var heldStrips = 8
  /// Floats of all strips that are held: 1 MB.
  var heldFloats = 262_144
  /// Floats of the weights that are multiplied at a time: 24 KB.
  var weightFloats = 6144

  /// The numbers of a layer.
  init(_ shape: ConvolutionShape) {
    let channels = max(shape.inputChannels, shape.outputChannels)
    if shape.stride == 1 {
      forwardTiles = channels <= 64 ? 42 : 64
      gradTiles = channels <= 128 ? 64 : 128
    } else {
      forwardTiles = channels <= 128 ? 28 : channels <= 256 ? 64 : 32
      gradTiles = 64
    }
  }

  /// A number that can be changed at run time, and the values that `trainer tune` tries.
  struct Alternatives {
    let name: String
    let number: WritableKeyPath<Tuning, Int>
    let values: [Int]
  }

  static var winogradAlternatives: [Alternatives] {
    [
      Alternatives(name: "forwardTiles", number: \.forwardTiles, values: [14, 28, 42, 64, 128]),
      Alternatives(name: "gradTiles", number: \.gradTiles, values: [28, 64, 128, 256]),
      Alternatives(name: "transformedBlocks", number: \.transformedBlocks, values: [0, 8, 1000]),
    ]
  }
  static var directAlternatives: [Alternatives] {
    [
      Alternatives(name: "stripPixels", number: \.stripPixels, values: [64, 128, 256]),
      Alternatives(name: "heldStrips", number: \.heldStrips, values: [1, 4, 8, 16]),
      Alternatives(
        name: "heldFloats", number: \.heldFloats, values: [65_536, 262_144, 1_048_576]),
      Alternatives(name: "weightFloats", number: \.weightFloats, values: [3072, 6144, 12_288]),
    ]
  }

  // Which algorithm computes a layer.

  /// Tiles of all pictures below which Winograd's algorithm is not used.
  static let fewestTiles = 12
  /// The largest share of the multiplications of the definition with which the strided algorithm is used;
  /// small outputs are covered badly by tiles.
  static let largestStridedShare = 0.75
  /// The smallest share of a row's groups of tiles that must be filled for the algorithm of pictures.
  static let smallestGroupShare = 0.75

  // How several workers share one layer.

  /// Output rows for each worker with which direct convolutions share rows; with fewer, channels.
  static let rowsOfPart = 12
  /// Tiles for each worker with which strided convolutions share tiles; with fewer, channels.
  static let stridedTilesOfPart = 16

  // Sizes of blocks.

  /// Channels of a chunk, the block of all matrix products of Winograd's algorithm.
  static let chunk = 64
  /// Floats between the matrices of two points.
  static let pointPadding = 16
  /// Tiles of a chunk that are multiplied at a time for the gradient of the weights.
  static let productDepth = 64
  /// Tiles of pictures that are multiplied together.
  static let tileGroup = 10
  /// Sources between the one that is read and the one that is fetched into the cache.
  static let fetchDistance = 4
  /// Terms of a float32 sum before it is added to a float64 sum.
  static let sumLength = 128
}
