package import Contract
package import Evaluation
package import ModelFiles
internal import NeuralNetwork

/// Tells whether a model file can be trusted: a verdict, and what it is based on.
package struct ModelDiagnosis: Codable, Sendable, Equatable {
  /// The state of a model, and with it what to do.
  package enum Condition: String, Codable, Sendable, CaseIterable {
    /// Complete, and nothing in it is broken.
    case sound
    /// Complete, and the evidence doesn't decide whether it is a detector.
    case undecided
    /// The weights are intact, but BatchNorm statistics are missing or ruined: they can be
    /// estimated from data.
    case repairable
    /// The outputs stand for fake and real, in this order: they can be exchanged.
    case swappedClasses
    /// Weights are missing or ruined: only training can replace them.
    case needsTraining
    /// Complete, but on real pictures it isn't a detector.
    case misbehaving
    /// A ResNet18, but with a head that isn't known or can be read in two ways.
    case otherHead
    /// A ResNet18, but with another first layer.
    case otherStem
    /// Not a network that can be diagnosed.
    case otherNetwork
    /// An intact file, but from another program, or without weights.
    case foreignFile
    /// Not a file that can be read.
    case unreadable
  }

  /// The recognised network.
  package struct Network: Codable, Sendable, Equatable {
    /// Channels of the first stage; 64 is torchvision's.
    package var width: Int
    /// Number of outputs of its last layer in the file.
    package var classes: Int
    /// The head in words.
    package var head: String
    /// Number of trainable parameters.
    package var parameters: Int
  }

  /// Whether the model can be trusted.
  package private(set) var verdict: ModelVerdict
  /// The state of the model, and with it what to do.
  package private(set) var condition: Condition
  /// The verdict as one sentence.
  package private(set) var summary: String
  /// The recognised network; nil if none was recognised.
  package let network: Network?
  /// Number of entries of the network that the file has, in their shapes.
  package let entriesFound: Int
  /// Number of entries that the network has.
  package let entriesExpected: Int
  /// The keys that lead to the weights in the file, joined by `/`; empty at the top level.
  package let container: String
  /// The prefix of all names, such as `module.`; may be empty.
  package let prefix: String
  /// Every layer with entries, from the input to the output.
  package let layers: [LayerDiagnosis]
  /// The findings, the worst first.
  package private(set) var findings: [Finding]

  /// Diagnoses a file.
  package init(_ file: NetworkFile) {
    let network: RecognizedNetwork
    do throws(ModelFileError) {
      network = try file.network()
    } catch {
      self.init(
        otherNetwork: error.message, file,
        advice: "Name a file with the weights of a ResNet18; to train one, run `trainer train`.")
      return
    }
    self.init(network, file)
  }

  /// The diagnosis of a file that can't be read.
  package init(unreadable error: ModelFileError) {
    let isCode = error.code == .forbiddenCode
    if error.code == .foreignFile || error.code == .otherContent {
      self.init(
        condition: .foreignFile,
        finding: Finding(
          .foreignFile, .undecided, measured: error.message,
          meaning: "Nothing is wrong with the file; no weights can be read from it as it is."),
        container: "", prefix: "")
      return
    }
    self.init(
      condition: .unreadable,
      finding: Finding(
        isCode ? .forbiddenCode : .unreadable, .failed, measured: error.message,
        meaning: isCode
          ? "Loading this file in Python could run code. None of it was run here."
          : "No weights can be read from this file.",
        advice: isCode
          ? "Don't load it unless you trust whoever made it; ask for a state_dict, saved with "
            + "torch.save(model.state_dict(), path)."
          : "Copy or download the file again; check its size."),
      container: "", prefix: "")
  }

  private init(otherNetwork measured: String, _ file: NetworkFile, advice: String) {
    self.init(
      condition: .otherNetwork,
      finding: Finding(
        .otherNetwork, .undecided, measured: measured,
        meaning: "Whether this model is sound can't be told.", advice: advice),
      container: file.container.joined(separator: "/"), prefix: file.prefix)
  }

  private init(condition: Condition, finding: Finding, container: String, prefix: String) {
    self.condition = condition
    verdict = ModelVerdict([finding])
    summary = finding.measured
    network = nil
    (entriesFound, entriesExpected) = (0, 0)
    (self.container, self.prefix) = (container, prefix)
    layers = []
    findings = [finding]
  }

  private init(_ network: RecognizedNetwork, _ file: NetworkFile) {
    let examination = Examination(network, in: file)
    self.network = Network(network)
    entriesFound = network.entries.count { file[$0] != nil }
    entriesExpected = network.entries.count
    (container, prefix) = (file.container.joined(separator: "/"), file.prefix)
    layers = examination.layers
    findings = examination.findings
    (verdict, condition) = (.sound, .sound)
    summary = ""
    conclude()
  }

  /// Advice for lost weights, depending on whether and how a training can start with the file.
  static func fineTuning(from file: NetworkFile) -> String {
    if let obstacle = file.startingObstacle {
      return "Take another file; no training can begin with this one: \(obstacle.message)."
    }
    let width = (try? file.network())?.architecture.width ?? ResNet18Architecture().width
    return "Train from what is there: name the file as network.initialWeights in a pipeline"
      + (width == ResNet18Architecture().width ? "" : ", with network.width: \(width),")
      + (file.isStartWithGaps ? ", with network.initialWeightsGaps: true" : "")
      + " and run `trainer train PIPELINE`."
  }

  /// Adds findings from predictions on real pictures, and judges again.
  ///
  /// If these decide, the verdict that the file states no longer counts. If the model is known to
  /// be broken, the predictions are only warnings.
  ///
  /// - Parameters:
  ///   - more: the findings from predictions.
  ///   - ranksFakesHigher: whether fakes score higher than reals by more than chance explains.
  ///   - leansRight: whether they score higher at all.
  package mutating func add(_ more: [Finding], ranksFakesHigher: Bool, leansRight: Bool) {
    guard network != nil else { return }
    let hasDecided = ModelVerdict(more) != .cannotTell
    findings = findings.map { finding in
      switch finding.identifier {
      // Predictions that don't decide leave the stated verdict as it is.
      case .statedVerdict where hasDecided: finding.with(.note)
      case .swappedClasses where ranksFakesHigher:
        finding.with(.warning, meaning: "But fakes score higher than reals, as they should.")
      case .swappedClasses where leansRight:
        finding.with(
          .undecided, meaning: "But fakes score higher than reals here, on too few people to tell.")
      default: finding
      }
    }
    let isBroken = findings.contains { $0.outcome == .failed }
    findings +=
      isBroken
      ? more.map {
        $0.with(.warning, meaning: $0.meaning + " This may all come from what is broken.")
      }
      : more
    conclude()
  }

  /// Orders the findings and draws the verdict from them.
  private mutating func conclude() {
    // Stable: findings of equal outcome keep their order. What decides comes first.
    let order: [Finding.Outcome] = [.failed, .undecided, .warning, .note, .passed]
    findings = order.flatMap { outcome in findings.filter { $0.outcome == outcome } }
    let broken = findings.filter { $0.outcome == .failed }
    let identifiers = Set(broken.map(\.identifier))
    verdict = ModelVerdict(findings)
    condition =
      switch verdict {
      case .sound: .sound
      case .cannotTell where findings.contains { $0.identifier == .otherStem }: .otherStem
      case .cannotTell where findings.contains { $0.identifier == .otherHead }: .otherHead
      case .cannotTell: .undecided
      case .broken where !identifiers.isDisjoint(with: Self.lost): .needsTraining
      case .broken where !identifiers.isDisjoint(with: Self.estimable): .repairable
      case .broken where identifiers.contains(.swappedClasses): .swappedClasses
      case .broken: .misbehaving
      }
    let entries = "\(entriesFound) of \(entriesExpected) entries"
    let decisive =
      broken.isEmpty
      ? findings.filter { $0.outcome == .undecided }
      : broken + findings.filter { [.otherHead, .otherStem].contains($0.identifier) }
    summary =
      decisive.isEmpty
      ? "all \(entries); nothing is missing, nothing is broken"
      : "\(entries); " + decisive.map(\.measured).joined(separator: "; ")
  }

  /// Defects that only training mends.
  private static let lost: Set<Finding.Identifier> = [
    .missingParameters, .wrongShape, .parametersNotFinite, .silentLayer, .neverTrained,
    .headNeverTrained,
  ]
  /// Defects that are mended by estimating statistics from data.
  private static let estimable: Set<Finding.Identifier> = [
    .missingStatistics, .statisticsNotFinite, .defaultStatistics, .degenerateStatistics,
  ]
}

extension Finding {
  /// The same finding with another outcome, and without advice.
  fileprivate func with(_ outcome: Outcome, meaning: String? = nil) -> Finding {
    Finding(
      identifier, outcome, measured: measured, meaning: meaning ?? self.meaning,
      subjects: subjects)
  }
}

extension ModelDiagnosis.Network {
  init(_ network: RecognizedNetwork) {
    let architecture = network.architecture
    width = architecture.width
    classes = network.outputs ?? architecture.classes
    head = network.headDescription
    parameters = network.entries.reduce(0) { sum, entry in
      entry.canonical.arena == .parameters ? sum + entry.canonical.range.count : sum
    }
  }
}
