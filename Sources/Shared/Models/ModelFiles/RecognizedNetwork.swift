package import NeuralNetwork
internal import TensorFiles

/// The ResNet18 that the tensors of a file belong to, and what the file lacks of it. Width and head
/// are deduced from names and shapes, even if some of the entries are missing.
package struct RecognizedNetwork: Sendable, Equatable {
  /// An entry that the network has, whether or not the file does.
  package struct Entry: Sendable, Equatable {
    /// The full name in the file, or the one that the entry would have beside the others.
    package let fileName: String
    /// Shape, role, and the name in this product's networks.
    package let canonical: StateEntry
    /// The one output that the file has instead of the network's two; nil for any other entry.
    package let singleOutput: SingleOutput?

    /// The shape that the entry has in the file.
    package var fileShape: [Int] {
      singleOutput == nil ? canonical.shape : [1] + canonical.shape.dropFirst()
    }

    /// Whether a tensor of the file has the shape of the entry. A counter may be saved as an array
    /// of one.
    func fits(_ tensor: TorchTensor) -> Bool {
      tensor.shape == fileShape || canonical.role == .batchesTracked && tensor.count == 1
    }
  }

  /// An entry that the file has in another shape.
  package struct WrongShape: Sendable, Equatable {
    /// The entry, with the shape that it should have.
    package let entry: Entry
    /// The shape in the file.
    package let shape: [Int]
  }

  /// The head as far as the file tells it.
  package enum Head: Sendable, Equatable {
    /// A head that this product computes.
    case recognized
    /// No entry of a layer. A linear head with two outputs is assumed.
    case missing
    /// A head that can be read in several ways, one of which this product computes; the readings as
    /// a sentence without a full stop.
    case ambiguous(String)
    /// Another head; the reason as a sentence without a full stop. The entries are only the
    /// backbone's.
    case unsupported(String)
  }

  /// Width, classes and head. The input's size is not in a file: it is the product's default.
  package let architecture: ResNet18Architecture
  /// The prefix of the backbone's names in the file: `module.`, `resnet.`, `features.`.
  package let prefix: String
  /// The head as far as the file tells it.
  package let head: Head
  /// Number of outputs of the head's last layer in the file; nil if it has none.
  package let outputs: Int?
  /// What the network has instead of ResNet18's first layer, as a sentence without a full stop; nil
  /// if it has that layer. The entries of another first layer are not among `entries`.
  package let otherStem: String?
  /// Every entry, in the order of the state_dict.
  package let entries: [Entry]
  /// Entries that the file lacks.
  package let missing: [Entry]
  /// Entries that the file has in another shape.
  package let wrongShapes: [WrongShape]
  /// Parameters and statistics that are there, and hold a NaN or an infinite value.
  package let notFinite: [Entry]
  /// Names in the file of tensors of the head that this product doesn't use.
  package let foreignHead: [String]
  /// Names in the file of tensors that belong to no layer of the network.
  package let unexpected: [String]
  /// Prefixes of other networks in the file, whose tensors are among `unexpected`.
  package let otherNetworks: [String]

  /// The names of entries in the file, by their names in this product; only those that differ.
  package var entryNames: [String: String] {
    var names: [String: String] = [:]
    for entry in entries where entry.fileName != entry.canonical.name {
      names[entry.canonical.name] = entry.fileName
    }
    return names
  }

  /// The head in words.
  package var headDescription: String {
    switch (head, architecture.head) {
    case (.missing, _): "none in the file"
    case (.unsupported(let reason), _):
      "this is a ResNet18, but with a head that can't be computed here: \(reason); expected one "
        + "linear layer, or two with or without BatchNorm between them"
    case (.ambiguous(let readings), _):
      "this is a ResNet18 whose head can be read in two ways: \(readings)"
    case (.recognized, .linear): "one linear layer"
    case (.recognized, .mlp(let hidden, let batchNorm, _)):
      "two linear layers with \(hidden) features between them, "
        + (batchNorm ? "with BatchNorm" : "without BatchNorm")
    }
  }

  /// Whether the engines of this product can compute a network of this width; if not, only its
  /// entries can be examined.
  package var hasComputableWidth: Bool { architecture.width.isMultiple(of: 8) }

  /// Whether this product can compute the network.
  package var isComputable: Bool { obstacle == nil }

  /// Why the network can't be computed here; nil if it can.
  package var obstacle: String? {
    if let otherStem { return otherStem }
    switch head {
    case .unsupported, .ambiguous: return headDescription
    case .recognized, .missing: break
    }
    return hasComputableWidth
      ? nil
      : "expected a width that is a multiple of 8, got \(architecture.width); this network can't be "
        + "computed here"
  }

  /// The one output that stands for two; nil if there are two.
  package var singleOutput: SingleOutput? { entries.lazy.compactMap(\.singleOutput).first }

  /// Recognises the network of some weights.
  ///
  /// - Parameters:
  ///   - weights: the tensors of a file.
  ///   - names: their names, and what remains of them without the wrappers of the network.
  ///   - choices: the user's answers to what the file leaves open.
  ///   - file: names the file in errors.
  /// - Throws: `ModelFileError`: `otherNetwork` if it is no ResNet18, `unsupportedNetwork` if it is
  ///   too wide.
  init(
    _ weights: ModelWeights, _ names: WrapperNames, _ choices: NetworkFile.Choices, file: String
  ) throws(ModelFileError) {
    let tensors = names.names.compactMap { name in
      weights[name.original].map { TensorEntry(name.stripped, $0) }
    }
    let backbone = BackboneNames(tensors.map(\.name))
    let width = try Self.width(tensors, backbone, file: file)
    let others = tensors.filter { backbone.name(of: $0.name) == nil }
    let stem = RecognizedStem(tensors, backbone, width: width)
    let head = RecognizedHead(
      others.filter { !backbone.isOthers($0.name) }, features: width * 8,
      hasStatistics: tensors.contains {
        $0.name.hasSuffix(".running_mean") && backbone.name(of: $0.name) != nil
      }, order: choices.headOrder)
    let architecture = ResNet18Architecture(width: width, head: head.architecture)
    let isHeadSupported = if case .unsupported = head.kind { false } else { true }
    let single = head.outputs == 1 ? SingleOutput(StatedClassOrder.all(in: weights)) : nil
    let last = architecture.stateEntries.last { $0.isHead && $0.role == .bias }?.name
      .dropLast(".bias".count)
    let entries = architecture.stateEntries.filter {
      $0.isHead ? isHeadSupported : !(stem.isOther && RecognizedStem.names.contains($0.name))
    }.map { entry in
      Entry(
        fileName: names.original(
          of: entry.isHead ? head.fileName(of: entry.name) : backbone.fileName(of: entry.name)),
        canonical: entry,
        singleOutput: last.map { [$0 + ".weight", $0 + ".bias"].contains(entry.name) } == true
          ? single : nil)
    }
    var (missing, wrongShapes, notFinite) = ([Entry](), [WrongShape](), [Entry]())
    for entry in entries {
      guard let tensor = weights[entry.fileName] else {
        missing.append(entry)
        continue
      }
      if !entry.fits(tensor) {
        wrongShapes.append(WrongShape(entry: entry, shape: tensor.shape))
      } else if entry.canonical.arena != .counters, !tensor.isFinite {
        notFinite.append(entry)
      }
    }
    let known = Set(entries.map(\.fileName))
    let strangers = others.map { (isHead: head.names.contains($0.name), $0.name) }
      .map { (isHead: $0.isHead, name: names.original(of: $0.1)) }
      .filter { !known.contains($0.name) }
    outputs = head.outputs
    otherStem = stem.reason
    self.architecture = architecture
    self.head = head.kind
    self.entries = entries
    prefix = names.prefix + backbone.prefix
    otherNetworks = backbone.otherPrefixes.map { names.prefix + $0 }
    (self.missing, self.wrongShapes, self.notFinite) = (missing, wrongShapes, notFinite)
    foreignHead = strangers.filter(\.isHead).map(\.name)
    unexpected = strangers.filter { !$0.isHead }.map(\.name)
  }
}

extension RecognizedNetwork {
  /// Channels of the first stage, by the shapes of most convolutions.
  private static func width(
    _ tensors: [TensorEntry], _ names: BackboneNames, file: String
  ) throws(ModelFileError) -> Int {
    var votes: [Int: Int] = [:]
    var strangers: [TensorEntry] = []
    for entry in tensors {
      guard let name = names.name(of: entry.name) else { continue }
      guard let like = BackboneNames.known[name] else {
        if !RecognizedStem.isStem(name) { strangers.append(entry) }
        continue
      }
      // `like` is the entry at a width of 8; the number of outputs is proportional to the width.
      guard like.role == .weight, entry.tensor.shape.count == 4,
        let outputs = entry.tensor.shape.first, outputs <= widths.upperBound * 8,
        (outputs * 8).isMultiple(of: like.shape[0])
      else { continue }
      votes[outputs * 8 / like.shape[0], default: 0] += 1
    }
    if let first = strangers.first {
      throw ModelFileError(
        .otherNetwork, subject: file,
        "expected a ResNet18, got a network that has \(first.name) of shape "
          + "\(first.tensor.shape), which ResNet18 lacks"
          + (strangers.count > 1 ? " (and \(strangers.count - 1) more such entries)" : "")
          + otherNetworkAdvice)
    }
    // Most votes; of equals the larger width, so that the answer doesn't depend on a dictionary's
    // order.
    let best = votes.max { ($0.value, $0.key) < ($1.value, $1.key) }
    guard let best, best.value * 2 >= convolutionCount else {
      throw ModelFileError(
        .otherNetwork, subject: file,
        "expected a ResNet18 with \(convolutionCount) convolutions of fitting shapes, got "
          + "\(best?.value ?? 0) among \(tensors.count) entries"
          + (tensors.first.map { ", the first is \($0.name)" } ?? "") + otherNetworkAdvice)
    }
    guard widths.contains(best.key) else {
      throw ModelFileError(
        .unsupportedNetwork, subject: file,
        "expected a ResNet18 of a width of \(widths.lowerBound) to \(widths.upperBound), got one of "
          + "width \(best.key)")
    }
    return best.key
  }

  /// Bounds the memory that a hostile file can ask for.
  private static let widths = 1...256
  private static let convolutionCount = 20
  private static let otherNetworkAdvice = "; only ResNet18 is known here"
}
