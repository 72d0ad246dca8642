internal import TensorFiles

/// The first layer of a network: ResNet18's, a convolution of 7x7 over three colours, or another.
struct RecognizedStem {
  /// Why it is another one, as a sentence without a full stop; nil if it is ResNet18's, or if the
  /// file lacks it.
  let reason: String?

  var isOther: Bool { reason != nil }

  /// Entries of ResNet18's first layer that another stem doesn't have.
  static let names: Set<String> = ["conv1.weight"]

  /// Whether torchvision's name of an entry is that of a stem of several layers (`conv1.0.weight`).
  static func isStem(_ name: String) -> Bool {
    name.hasPrefix("conv1.") && !names.contains(name)
  }

  /// - Parameters:
  ///   - tensors: all tensors of the network.
  ///   - backbone: their names.
  ///   - width: channels of the first stage.
  init(_ tensors: [TensorEntry], _ backbone: BackboneNames, width: Int) {
    let known = tensors.compactMap { entry in
      backbone.name(of: entry.name).map { (name: $0, shape: entry.tensor.shape) }
    }
    let expected = "expected one convolution of 7x7 with the weights [\(width), 3, 7, 7]"
    let layers = known.filter { Self.isStem($0.name) && $0.shape.count == 4 }
    if !layers.isEmpty {
      reason =
        "this is a ResNet18, but with another stem, which can't be computed here: \(expected), got "
        + layers.prefix(4).map { "\($0.name) \($0.shape)" }.joined(separator: ", ")
      return
    }
    guard let shape = known.first(where: { $0.name == "conv1.weight" })?.shape, shape.count == 4,
      shape[0] == width, shape[1] > 0, shape[2] > 0, shape != [width, 3, 7, 7]
    else {
      reason = nil
      return
    }
    let use =
      shape[1] != 3
      ? "it takes pictures of \(shape[1]) channels"
      : shape[2] == 3 && shape[3] == 3 ? "networks for small pictures, as for CIFAR, have it" : nil
    reason =
      "this is a ResNet18, but with another stem, which can't be computed here: \(expected), got "
      + "\(shape)" + (use.map { "; \($0)" } ?? "")
  }
}
