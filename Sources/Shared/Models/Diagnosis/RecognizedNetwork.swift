public import NeuralNetwork
public import TensorFiles

/// The ResNet18 that the tensors of a file belong to: width and head are deduced from names and
/// shapes, also where some of the entries are missing.
public struct RecognizedNetwork: Sendable, Equatable {
  /// An entry that the network has, whether or not the file does.
  public struct Entry: Sendable, Equatable {
    /// The name in the file, its prefix removed.
    public let name: String
    /// Shape, role, and the name in this product's networks: `canonical.name` differs from `name`
    /// where a head numbers its layers in another way, or the backbone has names of its own.
    public let canonical: StateEntry
  }

  /// Width, classes and head. The input's size is not in a file: it is the product's default.
  public let architecture: ResNet18Architecture
  /// Every entry, in the order of the state_dict.
  public let entries: [Entry]
  /// Whether the file has no entry of a head at all; a linear one with two classes is assumed.
  public let isHeadMissing: Bool

  /// The names that the entries have in the file, prefix and all, by their names in this product;
  /// those that differ.
  public func entryNames(in weights: ModelWeights) -> [String: String] {
    func module(_ name: String) -> Substring {
      name[..<(name.lastIndex(of: ".") ?? name.startIndex)]
    }
    let unprefixed = Set(weights.unprefixed.map { module($0) })
    var names: [String: String] = [:]
    for entry in entries {
      let name = (unprefixed.contains(module(entry.name)) ? "" : weights.prefix) + entry.name
      if name != entry.canonical.name { names[entry.canonical.name] = name }
    }
    return names
  }

  /// Whether the engines of this product can compute it; else only its entries can be looked at.
  public var isComputable: Bool { architecture.width.isMultiple(of: 8) }

  /// Recognises the network of a file.
  ///
  /// - Parameter tensors: the file's, prefixes removed.
  /// - Throws: `DiagnosisError` where it is no ResNet18, or one that this product doesn't compute.
  public init(_ tensors: [TensorEntry]) throws(DiagnosisError) {
    let names = BackboneNames(tensors)
    let width = try Self.width(tensors, names)
    let head = try RecognizedHead(
      tensors.filter { names.name(of: $0.name) == nil }, features: width * 8)
    architecture = ResNet18Architecture(width: width, classes: head.classes, head: head.head)
    isHeadMissing = head.isMissing
    entries = architecture.stateEntries.map { entry in
      Entry(
        name: entry.isHead ? head.fileName(of: entry.name) : names.fileName(of: entry.name),
        canonical: entry)
    }
  }

  /// Channels of the first stage, as most of the convolutions say.
  private static func width(
    _ tensors: [TensorEntry], _ names: BackboneNames
  ) throws(DiagnosisError) -> Int {
    let known = Dictionary(
      uniqueKeysWithValues: ResNet18Architecture(width: 8, head: .linear).stateEntries
        .filter { !$0.isHead }.map { ($0.name, $0) })
    var votes: [Int: Int] = [:]
    var strangers: [String] = []
    for entry in tensors {
      guard let name = names.name(of: entry.name) else { continue }
      guard let like = known[name] else {
        strangers.append(entry.name)
        continue
      }
      // Of a width of 8, `like` has so many outputs: the others follow in proportion.
      guard like.role == .weight, entry.tensor.shape.count == 4,
        let outputs = entry.tensor.shape.first, outputs <= widths.upperBound * 8,
        (outputs * 8).isMultiple(of: like.shape[0])
      else { continue }
      votes[outputs * 8 / like.shape[0], default: 0] += 1
    }
    guard strangers.isEmpty else {
      throw DiagnosisError(
        .otherNetwork,
        "expected a ResNet18, got a network that has \(strangers[0]), which ResNet18 lacks"
          + (strangers.count > 1 ? " (and \(strangers.count - 1) more such entries)" : "")
          + otherNetworkAdvice)
    }
    // Most votes; of equals the larger, so that the answer doesn't depend on a dictionary's order.
    let best = votes.max { ($0.value, $0.key) < ($1.value, $1.key) }
    guard let best, best.value * 2 > convolutionCount else {
      throw DiagnosisError(
        .otherNetwork,
        "expected a ResNet18 with \(convolutionCount) convolutions of fitting shapes, got "
          + "\(best?.value ?? 0) among \(tensors.count) entries"
          + (tensors.first.map { ", the first is \($0.name)" } ?? "") + otherNetworkAdvice)
    }
    guard widths.contains(best.key) else {
      throw DiagnosisError(
        .unsupportedNetwork,
        "expected a ResNet18 of a width of \(widths.lowerBound) to \(widths.upperBound), got one of "
          + "width \(best.key)")
    }
    return best.key
  }

  /// Bounds what a hostile file can ask for.
  private static let widths = 1...256
  private static let convolutionCount = 20
  private static let otherNetworkAdvice = "; only ResNet18 can be diagnosed"
}
