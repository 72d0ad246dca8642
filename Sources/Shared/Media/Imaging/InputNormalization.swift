/// How the bytes of a picture become the numbers that a network sees: red, green, blue, each
/// `(value / 255 - mean) / standardDeviation`.
///
/// Equal at training and at prediction time: the value is copied into checkpoints and model files.
public struct InputNormalization: Codable, Sendable, Equatable {
  /// Mean of red, green and blue, on the scale 0...1.
  public let mean: [Float]

  /// Standard deviation of red, green and blue, on the scale 0...1.
  public let standardDeviation: [Float]

  /// What torchvision's networks are trained with.
  public static let imageNet = InputNormalization(
    knownMean: [0.485, 0.456, 0.406], standardDeviation: [0.229, 0.224, 0.225])

  /// Creates a normalization; nil unless both have three finite numbers, the deviations above 0.
  public init?(mean: [Float], standardDeviation: [Float]) {
    guard mean.count == 3, standardDeviation.count == 3, mean.allSatisfy(\.isFinite),
      standardDeviation.allSatisfy({ $0.isFinite && $0 > 0 })
    else { return nil }
    self.init(knownMean: mean, standardDeviation: standardDeviation)
  }

  private init(knownMean mean: [Float], standardDeviation: [Float]) {
    self.mean = mean
    self.standardDeviation = standardDeviation
  }

  /// Reads a normalization; one that can't be is an error.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let mean = try container.decode([Float].self, forKey: .mean)
    let deviation = try container.decode([Float].self, forKey: .standardDeviation)
    guard let value = InputNormalization(mean: mean, standardDeviation: deviation) else {
      throw DecodingError.dataCorruptedError(
        forKey: .standardDeviation, in: container,
        debugDescription: "expected three means and three standard deviations above 0, got "
          + "\(mean) and \(deviation)")
    }
    self = value
  }

  /// Writes a picture as network input: rows, columns, channels (NHWC), red first.
  ///
  /// - Precondition: `values` has room for `height * width * 3` numbers.
  public func write(_ picture: PixelBuffer, into values: UnsafeMutableBufferPointer<Float>) {
    let count = picture.width * picture.height
    precondition(values.count >= count * 3, "the network's input has room for the picture")
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 3 * 256) { table in
      for channel in 0..<3 {
        // Divided as torchvision's ToTensor and Normalize do, so that the numbers are the same.
        for byte in 0..<256 {
          table[channel * 256 + byte] =
            (Float(byte) / 255 - mean[channel]) / standardDeviation[channel]
        }
      }
      picture.bytes.withUnsafeBufferPointer { bytes in
        guard let pixel = bytes.baseAddress, let value = values.baseAddress,
          let table = table.baseAddress
        else { return }
        for index in 0..<count {
          value[3 * index] = table[Int(pixel[4 * index])]
          value[3 * index + 1] = table[256 + Int(pixel[4 * index + 1])]
          value[3 * index + 2] = table[512 + Int(pixel[4 * index + 2])]
        }
      }
    }
  }
}
