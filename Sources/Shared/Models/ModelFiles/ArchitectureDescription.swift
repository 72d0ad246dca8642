internal import Contract
package import NeuralNetwork

/// A `ResNet18Architecture` in JSON.
package struct ArchitectureDescription: Codable, Sendable, Equatable {
  /// Always `resnet18`.
  package var name = "resnet18"
  /// Channels of the first stage.
  package var width: Int
  /// Side of the input in pixels.
  package var inputSize: Int
  /// Number of logits.
  package var classes: Int
  /// Features of the hidden layer of the head; nil for a linear one.
  package var hidden: Int?
  /// Whether the head has a BatchNorm layer.
  package var headBatchNorm: Bool
  /// Share of the features that training drops.
  package var dropout: Float
  /// Names of entries in the file, by their names in this product, if these differ: a repaired
  /// model keeps the names of its network. Nil if none differs.
  package var entryNames: [String: String]?

  package init(_ architecture: ResNet18Architecture, entryNames: [String: String] = [:]) {
    self.entryNames = entryNames.isEmpty ? nil : entryNames
    width = architecture.width
    inputSize = architecture.inputSize
    classes = architecture.classes
    switch architecture.head {
    case .linear: (hidden, headBatchNorm, dropout) = (nil, false, 0)
    case .mlp(let hidden, let batchNorm, let dropout):
      (self.hidden, headBatchNorm, self.dropout) = (hidden, batchNorm, dropout)
    }
  }

  /// Reads a description; one of a network that can't be computed is an error.
  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    name = try values.decode(String.self, forKey: .name)
    width = try values.decodeWhole(.width)
    inputSize = try values.decodeWhole(.inputSize)
    classes = try values.decodeWhole(.classes)
    hidden = try values.decodeIfPresent(Int.self, forKey: .hidden)
    headBatchNorm = try values.decode(Bool.self, forKey: .headBatchNorm)
    dropout = try values.decodeNumber(.dropout)
    entryNames = try values.decodeIfPresent([String: String].self, forKey: .entryNames)
    guard architecture != nil else {
      throw ContractError(
        key: "",
        expected: "resnet18 with 2 classes, a width of 8...256 and an input of 32...1024 that are "
          + "multiples of 8 and 32, a hidden layer of 1...4096 and a dropout of 0..<1",
        got: description
      ).decodingError(at: decoder)
    }
  }

  /// The architecture, or nil if a number is out of bounds.
  package var architecture: ResNet18Architecture? {
    guard name == "resnet18", width % 8 == 0, (8...256).contains(width), inputSize % 32 == 0,
      (32...1024).contains(inputSize), classes == 2, (0..<1).contains(dropout),
      (1...4096).contains(hidden ?? 1)
    else { return nil }
    return ResNet18Architecture(
      width: width, inputSize: inputSize, classes: classes,
      head: hidden.map { .mlp(hidden: $0, batchNorm: headBatchNorm, dropout: dropout) } ?? .linear)
  }
}
