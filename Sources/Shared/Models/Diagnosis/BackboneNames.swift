internal import TensorFiles

/// What a file calls the layers of a ResNet's backbone: as torchvision does, behind any prefix
/// (`resnet.layer1...`), or by their numbers in `nn.Sequential(*resnet.children())` (`features.4...`).
struct BackboneNames {
  /// What stands before all names.
  let prefix: String
  /// Whether layers are numbered.
  let isNumbered: Bool

  private static let numbers = [
    "conv1": "0", "bn1": "1", "layer1": "4", "layer2": "5", "layer3": "6", "layer4": "7",
  ]
  private static let names = Dictionary(uniqueKeysWithValues: numbers.map { ($1, $0) })

  /// Finds out by the first convolution, which no other network has in this shape and place; without
  /// one, the names are taken for torchvision's.
  init(_ tensors: [TensorEntry]) {
    let names = Set(tensors.map(\.name))
    for entry in tensors where entry.tensor.shape.count == 4 {
      guard Array(entry.tensor.shape.dropFirst()) == [3, 7, 7] else { continue }
      for (last, block, isNumbered) in [
        ("conv1.weight", "layer1.0.conv1.weight", false), ("0.weight", "4.0.conv1.weight", true),
      ] where entry.name.hasSuffix(last) {
        let prefix = String(entry.name.dropLast(last.count))
        if prefix.isEmpty || prefix.hasSuffix("."), names.contains(prefix + block) {
          (self.prefix, self.isNumbered) = (prefix, isNumbered)
          return
        }
      }
    }
    (prefix, isNumbered) = ("", false)
  }

  /// The name in the file of an entry that torchvision calls `name`.
  func fileName(of name: String) -> String {
    guard isNumbered else { return prefix + name }
    let part = name.prefix { $0 != "." }
    return prefix + (Self.numbers[String(part)] ?? String(part)) + name.dropFirst(part.count)
  }

  /// torchvision's name of an entry of the file; nil for one that is not the backbone's.
  func name(of fileName: String) -> String? {
    guard fileName.hasPrefix(prefix) else { return nil }
    let rest = fileName.dropFirst(prefix.count)
    let part = rest.prefix { $0 != "." }
    guard part.count < rest.count else { return nil }
    if isNumbered { return Self.names[String(part)].map { $0 + rest.dropFirst(part.count) } }
    let isBackbone =
      part == "conv1" || part == "bn1" || (part.hasPrefix("layer") && part.count == 6)
    return isBackbone ? String(rest) : nil
  }
}
