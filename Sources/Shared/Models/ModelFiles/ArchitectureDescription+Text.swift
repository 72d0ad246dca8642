extension ArchitectureDescription: CustomStringConvertible {
  /// e.g. `resnet18 with 2 classes, width 64, input 224, hidden layer none, dropout 0.0`.
  package var description: String {
    "\(name.prefix(60)) with \(classes) classes, width \(width), input \(inputSize), "
      + "hidden layer \(hidden.map(String.init) ?? "none"), dropout \(dropout)"
  }
}
