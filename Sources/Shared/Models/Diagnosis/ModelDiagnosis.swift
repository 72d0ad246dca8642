public import Evaluation
internal import NeuralNetwork
public import TensorFiles

/// Whether a model file can be trusted: a verdict, and what it rests on.
public struct ModelDiagnosis: Codable, Sendable, Equatable {
  /// What to do with the model.
  public enum Verdict: String, Codable, Sendable, CaseIterable {
    /// Complete, and nothing in it is broken.
    case sound
    /// The weights are there, BatchNorm statistics are missing or ruined: data gives them back.
    case repairable
    /// Weights are missing or ruined: only training gives them back.
    case needsTraining
    /// Complete, but on real pictures it isn't a detector.
    case misbehaving
    /// Not a network that can be diagnosed.
    case otherNetwork
    /// Not a file that can be read.
    case unreadable

    /// Whether the model may be used.
    public var isSound: Bool { self == .sound }
  }

  /// What the network is.
  public struct Network: Codable, Sendable, Equatable {
    /// Channels of the first stage; 64 is torchvision's.
    public var width: Int
    /// Outputs.
    public var classes: Int
    /// The head in words.
    public var head: String
    /// Numbers that training learns.
    public var parameters: Int
  }

  /// What to do with the model.
  public private(set) var verdict: Verdict
  /// The verdict as one sentence.
  public private(set) var summary: String
  /// What was recognised; nil where nothing was.
  public let network: Network?
  /// Entries of the network that the file has, in their shapes.
  public let entriesFound: Int
  /// Entries that the network has.
  public let entriesExpected: Int
  /// The keys that lead to the weights in the file, joined by `/`; empty at the top level.
  public let container: String
  /// What stood before all names, such as `module.`; empty if nothing did.
  public let prefix: String
  /// Every layer with entries, from the input to the output.
  public let layers: [LayerDiagnosis]
  /// What was found, the worst first.
  public private(set) var findings: [Finding]

  /// Diagnoses the weights of a file.
  public init(_ weights: ModelWeights) {
    let network: RecognizedNetwork
    do throws(DiagnosisError) {
      network = try RecognizedNetwork(weights.tensors)
    } catch {
      self.init(otherNetwork: error, weights)
      return
    }
    self.init(network, weights)
  }

  /// The diagnosis of a file that can't be read.
  public init(unreadable error: TorchFileError) {
    let place = error.place.map { $0 + ": " } ?? ""
    let isCode = error.code == .forbiddenGlobal
    self.init(
      verdict: .unreadable,
      finding: Finding(
        isCode ? .forbiddenCode : .unreadable, .failed, measured: place + error.message,
        meaning: isCode
          ? "Loading this file in Python could run code. Nothing of it was run here."
          : "No weights can be had from this file.",
        advice: isCode
          ? "Don't load it unless you trust whoever made it; ask for a state_dict, saved with "
            + "torch.save(model.state_dict(), path)."
          : "Copy or download the file again; check its size."),
      ModelDiagnosis.Place(container: "", prefix: ""))
  }

  private init(otherNetwork error: DiagnosisError, _ weights: ModelWeights) {
    self.init(
      verdict: .otherNetwork,
      finding: Finding(
        .otherNetwork, .failed, measured: error.description,
        meaning: "Whether this model is sound can't be told.",
        advice: "Name a file with the weights of a ResNet18; to train one, run `trainer train`."),
      Place(weights))
  }

  private struct Place {
    var container: String
    var prefix: String

    init(container: String, prefix: String) {
      (self.container, self.prefix) = (container, prefix)
    }

    init(_ weights: ModelWeights) {
      self.init(container: weights.container.joined(separator: "/"), prefix: weights.prefix)
    }
  }

  private init(verdict: Verdict, finding: Finding, _ place: Place) {
    self.verdict = verdict
    summary = finding.measured
    network = nil
    (entriesFound, entriesExpected) = (0, 0)
    (container, prefix) = (place.container, place.prefix)
    layers = []
    findings = [finding]
  }

  private init(_ network: RecognizedNetwork, _ weights: ModelWeights) {
    let examination = Examination(network, weights)
    self.network = Network(network)
    entriesFound = examination.present.count
    entriesExpected = network.entries.count
    let place = Place(weights)
    (container, prefix) = (place.container, place.prefix)
    layers = examination.layers
    findings = examination.findings
    verdict = .sound
    summary = ""
    conclude()
  }

  /// Adds what predictions on real pictures show, and judges again.
  public mutating func add(_ more: [Finding]) {
    findings += more
    if network != nil { conclude() }
  }

  /// Orders the findings and draws the verdict from them.
  private mutating func conclude() {
    // Stable: of equal weight in the order in which they were looked for.
    findings = Finding.Outcome.allCases.reversed().flatMap { outcome in
      findings.filter { $0.outcome == outcome }
    }
    let broken = findings.filter { $0.outcome == .failed }
    let identifiers = Set(broken.map(\.identifier))
    if identifiers.isEmpty {
      verdict = .sound
    } else if !identifiers.isDisjoint(with: Self.lost) {
      verdict = .needsTraining
    } else if !identifiers.isDisjoint(with: Self.estimable) {
      verdict = .repairable
    } else {
      verdict = .misbehaving
    }
    let entries = "\(entriesFound) of \(entriesExpected) entries"
    summary =
      broken.isEmpty
      ? "all \(entries); nothing is missing, nothing is broken"
      : "\(entries); " + broken.map(\.measured).joined(separator: "; ")
  }

  /// What only training gives back.
  private static let lost: Set<Finding.Identifier> = [
    .missingParameters, .wrongShape, .parametersNotFinite, .silentLayer,
  ]
  /// What data gives back.
  private static let estimable: Set<Finding.Identifier> = [
    .missingStatistics, .statisticsNotFinite, .defaultStatistics, .degenerateStatistics,
  ]
}

extension ModelDiagnosis.Network {
  init(_ network: RecognizedNetwork) {
    let architecture = network.architecture
    width = architecture.width
    classes = architecture.classes
    switch architecture.head {
    case .linear: head = network.isHeadMissing ? "none in the file" : "one linear layer"
    case .mlp(let hidden, let batchNorm, _):
      head =
        "two linear layers with \(hidden) features between them, "
        + (batchNorm ? "with BatchNorm" : "without BatchNorm")
    }
    parameters = network.entries.reduce(0) { sum, entry in
      entry.canonical.arena == .parameters ? sum + entry.canonical.range.count : sum
    }
  }
}
