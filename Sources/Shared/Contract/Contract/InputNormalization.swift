/// How the bytes of a picture become the network's input: red, green, blue, each `(value / 255 -
/// mean) / standardDeviation`.
///
/// It must be equal at training and at prediction time, so it is copied into checkpoints and model
/// files.
package struct InputNormalization: ContractValue {
  /// Mean of red, green and blue, on the scale 0...1.
  package let mean: [Float]

  /// Standard deviation of red, green and blue, on the scale 0...1.
  package let standardDeviation: [Float]

  /// The normalization that torchvision's networks are trained with.
  package static let imageNet = InputNormalization(
    knownMean: [0.485, 0.456, 0.406], standardDeviation: [0.229, 0.224, 0.225])

  /// Creates a normalization; nil unless both have three finite numbers, the deviations above 0.
  package init?(mean: [Float], standardDeviation: [Float]) {
    self.init(knownMean: mean, standardDeviation: standardDeviation)
    do { try validate() } catch { return nil }
  }

  private init(knownMean mean: [Float], standardDeviation: [Float]) {
    self.mean = mean
    self.standardDeviation = standardDeviation
  }

  /// Reads a normalization; throws if a value is out of range.
  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    mean = try values.decode([Float].self, forKey: .mean)
    standardDeviation = try values.decode([Float].self, forKey: .standardDeviation)
    try validate(readFrom: decoder)
  }

  package func validate() throws(ContractError) {
    guard mean.count == 3, mean.allSatisfy({ (-1e6...1e6).contains($0) }) else {
      throw ContractError(
        key: "mean", expected: "three finite numbers, of red, green and blue", got: "\(mean)")
    }
    guard standardDeviation.count == 3,
      standardDeviation.allSatisfy({ (1e-6...1e6).contains($0) })
    else {
      throw ContractError(
        key: "standardDeviation", expected: "three numbers above 0, of red, green and blue",
        got: "\(standardDeviation)")
    }
  }
}
