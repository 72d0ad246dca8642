public import Evaluation
public import ModelFiles
internal import NeuralNetwork

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

  /// Diagnoses a file.
  public init(_ file: NetworkFile) {
    let network: RecognizedNetwork
    do throws(ModelFileError) {
      network = try file.network()
    } catch {
      self.init(
        otherNetwork: error.message, file,
        advice: "Name a file with the weights of a ResNet18; to train one, run `trainer train`.")
      return
    }
    if case .unsupported = network.head {
      self.init(
        otherNetwork: network.headDescription, file, advice: Self.fineTuning(from: file))
      return
    }
    self.init(network, file)
  }

  /// The diagnosis of a file that can't be read.
  public init(unreadable error: ModelFileError) {
    let isCode = error.code == .forbiddenCode
    self.init(
      verdict: .unreadable,
      finding: Finding(
        isCode ? .forbiddenCode : .unreadable, .failed, measured: error.message,
        meaning: isCode
          ? "Loading this file in Python could run code. Nothing of it was run here."
          : "No weights can be had from this file.",
        advice: isCode
          ? "Don't load it unless you trust whoever made it; ask for a state_dict, saved with "
            + "torch.save(model.state_dict(), path)."
          : "Copy or download the file again; check its size."),
      container: "", prefix: "")
  }

  private init(otherNetwork measured: String, _ file: NetworkFile, advice: String) {
    self.init(
      verdict: .otherNetwork,
      finding: Finding(
        .otherNetwork, .failed, measured: measured,
        meaning: "Whether this model is sound can't be told.", advice: advice),
      container: file.container.joined(separator: "/"), prefix: file.prefix)
  }

  private init(verdict: Verdict, finding: Finding, container: String, prefix: String) {
    self.verdict = verdict
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
    verdict = .sound
    summary = ""
    conclude()
  }

  /// What to do where weights are lost, as a training would take the file.
  static func fineTuning(from file: NetworkFile) -> String {
    if let obstacle = file.startingObstacle {
      return "Take another file; no training can begin with this one: \(obstacle.message)."
    }
    let width = (try? file.network())?.architecture.width ?? ResNet18Architecture().width
    return "Train from what is there: name the file as network.initialWeights in a pipeline"
      + (width == ResNet18Architecture().width ? "" : ", with network.width: \(width),")
      + " and run `trainer train PIPELINE`."
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
    head = network.headDescription
    parameters = network.entries.reduce(0) { sum, entry in
      entry.canonical.arena == .parameters ? sum + entry.canonical.range.count : sum
    }
  }
}
