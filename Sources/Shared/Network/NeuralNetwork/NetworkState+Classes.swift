extension NetworkState {
  /// The same network with its two answers exchanged: the rows of the last layer, weights and biases.
  ///
  /// - Precondition: the network has two classes.
  package func exchangingClasses() -> NetworkState {
    precondition(architecture.classes == 2, "two answers can be exchanged")
    var state = self
    let head = entries.filter { $0.isHead && ($0.role == .weight || $0.role == .bias) }
    // The last weight and the last bias are the last layer's.
    for entry in [head.last { $0.role == .weight }, head.last { $0.role == .bias }] {
      guard let range = entry?.range else { continue }
      let middle = range.lowerBound + range.count / 2
      state.parameters.replaceSubrange(
        range,
        with: Array(parameters[middle..<range.upperBound] + parameters[range.lowerBound..<middle]))
    }
    return state
  }
}
