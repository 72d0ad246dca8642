import Kernels

/// Every number of these kernels that measurements decide.
///
/// Properties differ by layer and can be changed at run time: `trainer tune` compares each with its
/// `alternatives`, for all layers of ResNet18, in alternating rounds, and prints ratios. A static number
/// is built into the code: to measure it, build with another value in a second clone, and compare the two
/// builds by `scripts/benchmark-against`.
///
/// What is "measured" below was measured by `trainer tune --rounds 9` on one core of an AMD EPYC with
/// AVX-512, 32 KB of level-1 and 1 MB of level-2 cache, 16 pictures of 224 pixels unless others are named.
/// A ratio is the speed with the other value divided by that with the chosen one, so that below 1 the
/// chosen value is faster; three numbers are forward, gradient of the input and gradient of the weights.
/// The kernels compared with themselves gave 0.97 to 1.03 ("none"): what lies between is no difference.
struct Tuning: Sendable, Equatable {
  // Winograd's algorithm for 3x3 kernels, with stride 1 and 2.

  /// Tiles that `forward` and `inputGrad` transform, multiply and transform back at a time.
  ///
  /// More tiles share the reading of the weights, fewer stay in the level-2 cache: a tile takes 9 KB for
  /// each chunk of channels with stride 1, 20 KB with stride 2. Layers with few weights want few, those
  /// with many weights want many.
  ///
  /// Stride 1, forward and gradient of the input:
  ///
  ///     channels   14          28          42          64          128
  ///     64         1.00 1.00   1.00 0.97   chosen      1.01 0.98   1.00 0.99
  ///     128        0.98 0.96   1.00 0.98   0.98 0.97   chosen      0.88 0.90
  ///     256        1.02 1.01   1.06 1.04   0.94 0.94   chosen      1.05 1.07
  ///     512        0.60 0.60   0.75 0.72   0.86 0.87   chosen      1.00 0.98
  ///
  /// Stride 2, by the channels of the output:
  ///
  ///     128        1.03 0.98   chosen      1.01 0.96   1.00 0.99   1.00 0.95
  ///     256        0.97 0.99   1.00 1.04   0.96 1.00   chosen      0.98 0.99
  ///     512        0.97 0.92   1.01 0.97   1.02 1.02   1.05 1.02   1.07 1.01
  ///
  /// where 32 are chosen for 512 channels: when 64 were replaced by 32, a training needed 10 MiB less and
  /// a step of 32 pictures took 0.5 ms longer.
  var forwardTiles: Int

  /// Tiles that `weightGrad` transforms and multiplies at a time: the depth of its products, whose sums
  /// are read and written once for each step.
  ///
  ///     stride, channels   28     64       128      256
  ///     1,  64             0.99   chosen   0.99     0.89
  ///     1, 128             1.01   chosen   0.98     0.95
  ///     1, 256             0.78   0.92     chosen   1.05
  ///     1, 512             0.67   1.00     chosen   0.99
  ///     2, 128             1.03   chosen   0.96     0.89
  ///     2, 256             0.94   chosen   1.03     1.02
  ///     2, 512             0.72   chosen   1.00     1.01
  var gradTiles: Int

  /// With more than so many blocks of `forwardTiles` tiles, packed weights are those at the points, four
  /// times as large as the taps. With fewer blocks, each block transforms the taps itself.
  ///
  /// Points for all layers (0): 256 channels 1.14 and 1.13 for forward and gradient of the input, 512
  /// channels 1.21 and 1.18, the others have them already; but packing isn't counted in this, and a
  /// training took 162 MB more at batch 32. Taps for all layers (1000): 64 channels 0.89 and 0.91, 128
  /// channels 0.89 and 0.90.
  var transformedBlocks = 8

  // Direct convolutions, see `Correlation`. Of ResNet18's layers they compute the projections (1x1,
  // stride 2), for which the three numbers below are ranges over the three of them.

  /// Output pixels of a strip. Speed with other values, relative to the chosen one (forward, gradient of
  /// the input, gradient of the weights), as in all numbers below: 64: 0.97 to 1.05, 1.00 to 1.10, 1.01 to
  /// 1.07. 256: 1.03 to 1.05, 0.97 to 0.99, 0.96 to 1.02.
  var stripPixels = 128

  /// Strips that are multiplied with the same weights before the next weights are read.
  ///
  /// When strips of several pictures were held for the first time, 3x3 layers with stride 2 and 512
  /// channels went from 1.3 to 1.9 down to 1.05 ms a picture; Winograd's algorithm computes them now.
  /// For the projections 1 strip: 1.00 to 1.05, 1.01 to 1.11, 1.05 to 1.09; 4 strips: 0.99 to 1.04, 1.04 to
  /// 1.11, 1.02 to 1.07; 16 strips: 0.96 to 1.02, 0.94 to 1.02, 0.98 to 1.03. Fewer strips would be better
  /// for them on this machine; they are 4% of the convolutions' time.
  var heldStrips = 8

  /// Floats of all strips that are held: 1 MB. 256 KB: 1.02 to 1.04, 1.05 to 1.09, 1.07 to 1.10; 4 MB: 0.91
  /// to 1.04, 0.98 to 1.01, 1.00 to 1.05.
  var heldFloats = 262_144

  /// Floats of the weights that are multiplied at a time: 24 KB, which leave a level-1 cache of 32 KB room
  /// for rows of maps. 12 KB: 0.93 to 0.98 forward. 48 KB: 1.02 to 1.09.
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

  // Which algorithm computes a layer. `trainer tune --number algorithm` compares; with --pictures 1 and a
  // small --size it finds where one overtakes the other. At 16 pictures of 224 pixels the direct
  // convolution has 0.29 to 0.36 of the speed of F(4,3), 0.62 to 0.69 of F(4,2), 0.54 to 0.60 of F(3,4).

  /// Tiles of all pictures below which Winograd's algorithm is not used: it reads four times the weights.
  ///
  /// Where it overtakes depends on the channels, and on how well outputs fill the tiles. F(4,3) against
  /// the direct convolution, with whole tiles: 64 channels with 4 tiles 1.43, 1.58, 1.79; 128 channels
  /// with 4 tiles 1.53, 1.53, 1.92; 256 channels with 2 tiles 0.89, 0.87, 0.98, with 4 tiles 1.71, 1.39,
  /// 1.68; 512 channels with 4 tiles (of 7x7 outputs) 0.78, 0.82, 1.28. With 8 tiles of 2x2 outputs and 512
  /// channels 0.54, 0.58, 0.99. So 12 is on the safe side; it decides for small batches of small pictures
  /// only.
  static let fewestTiles = 12

  /// The largest share of the multiplications of the definition with which the strided algorithm is used;
  /// outputs of few pixels are covered badly by tiles. Not measured; chosen because transforms take a
  /// sixth to a third of its time, so that little is left to win.
  static let largestStridedShare = 0.75

  /// The smallest share of a row's groups of tiles that must be filled for the algorithm of pictures. Not
  /// measured at the limit; with a share of 0.6 (32 pixels, 1 to 8 pictures) it is still the faster one:
  /// 1.06 to 1.09 forward, 1.21 to 1.40 for the gradient of the weights.
  static let smallestGroupShare = 0.75

  // How several workers share one layer. Not measured one by one; chosen with the latency of a single
  // picture on two cores in view, see "single image" of `trainer benchmark`.

  /// Output rows for each worker with which direct convolutions share rows; with fewer, channels.
  static let rowsOfPart = 12
  /// Tiles for each worker with which strided convolutions share tiles; with fewer, channels.
  static let stridedTilesOfPart = 16

  // Sizes of blocks, built into the code.

  /// Channels of a chunk, the block of all matrix products of Winograd's algorithm.
  ///
  /// Why 64: it is the number of channels of ResNet18's first stage, so that no chunk of any stage is part
  /// empty; 64 x 64 weights are 16 KB, half of a level-1 cache, beside the rows of tiles that they meet; 64
  /// outputs are one register tile wide with AVX-512 (4 vectors of 16); and a row of a chunk, 256 bytes,
  /// is four whole cache lines. With 32, sums would be read and written twice as often; with 128, weights
  /// of 64 KB would come from the level-2 cache for every six rows. Not measured against others.
  static let chunk = 64

  /// Floats between the matrices of two points, a cache line: a distance of a power of two would put
  /// equal indices of all 36 points into one set of the cache, which has 8 lines or so. Not measured by
  /// itself.
  static let pointPadding = 16

  /// Tiles of a chunk that are multiplied at a time for the gradient of the weights: 64 rows of 256 bytes,
  /// 16 KB, of which both factors have as many. Not measured by itself.
  static let productDepth = 64

  /// Tiles of pictures that are multiplied together. 38 tiles of a row of 112 outputs are nearly four
  /// groups. Their sums and outputs, 19 KB, and what they meet at a row of points, 12 KB, just fill a
  /// level-1 cache. Not measured against others; it is bound to `groupRows`, which divides it.
  static let tileGroup = 10

  /// Sources between the one that is read and the one that is fetched into the cache. Sources that don't
  /// follow each other are pages apart, where the processor itself fetches nothing ahead. Measured when
  /// it was introduced with the transposition in registers, AVX-512, 2 workers, alternating runs: packing
  /// backwards 16.7 to 9.5 ms a step, both together.
  static let fetchDistance = 4

  /// Terms of a float32 sum before it is added to a float64 sum: rounding errors grow with the length,
  /// conversions cost time. Changes the bits of BatchNorm, and of the norm of gradients. Not measured;
  /// chosen because 128 pixels of a block, 8 KB, are read twice by `groupMoments` from the level-1 cache.
  static let sumLength = 128
}

extension Tuning {
  /// A number that can be changed at run time, and the values that `trainer tune` tries.
  struct Alternatives {
    let name: String
    let number: WritableKeyPath<Tuning, Int>
    let values: [Int]
  }

  /// For 3x3 kernels with stride 2.
  static var stridedAlternatives: [Alternatives] {
    [
      Alternatives(name: "forwardTiles", number: \.forwardTiles, values: [14, 28, 42, 64, 128]),
      Alternatives(name: "gradTiles", number: \.gradTiles, values: [28, 64, 128, 256]),
    ]
  }

  /// For 3x3 kernels with stride 1.
  static var winogradAlternatives: [Alternatives] {
    stridedAlternatives + [
      Alternatives(name: "transformedBlocks", number: \.transformedBlocks, values: [0, 8, 1000])
    ]
  }

  /// For direct convolutions.
  static var directAlternatives: [Alternatives] {
    [
      Alternatives(name: "stripPixels", number: \.stripPixels, values: [64, 128, 256]),
      Alternatives(name: "heldStrips", number: \.heldStrips, values: [1, 4, 8, 16]),
      Alternatives(
        name: "heldFloats", number: \.heldFloats, values: [65_536, 262_144, 1_048_576]),
      Alternatives(name: "weightFloats", number: \.weightFloats, values: [3072, 6144, 12_288]),
    ]
  }
}
