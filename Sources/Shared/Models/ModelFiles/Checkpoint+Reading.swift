internal import Contract
internal import NeuralNetwork
internal import TensorFiles

extension Checkpoint {
  /// Reads a whole checkpoint; every entry is checked.
  ///
  /// - Throws: `ModelFileError`: `file` if the file is damaged, `otherContent` if it is intact, but
  ///   no checkpoint of this product.
  package init(contentsOf path: String) throws(ModelFileError) {
    let document: TorchDocument
    do {
      document = try TorchDocument.read(contentsOf: path)
    } catch {
      throw ModelFileError(error)
    }
    try self.init(CheckpointReader(path: path, value: document.root))
  }

  private init(_ root: CheckpointReader) throws(ModelFileError) {
    guard case .string(Self.format) = root.value["format"] ?? .none else {
      throw ModelFileError(
        .otherContent, subject: root.path,
        "expected a checkpoint of this trainer (checkpoints/*.pt in a run), got another PyTorch file"
      )
    }
    let version = try root.integer("version")
    guard (1...Self.version).contains(version) else {
      throw root.wrong(
        "version", "1...\(Self.version)", "\(version); use the software that wrote it")
    }
    let recipe = version == 1 ? nil : try root.recipe()
    let geometry: CropGeometry
    if let recipe {
      geometry = recipe.geometry
    } else {
      geometry = try root.section("geometry").geometry()
    }
    let architecture = try root.section("architecture").architecture()
    let state = try root.state("model", architecture)
    let position = try root.section("position")
    self.init(
      state: state, average: try root.average(architecture),
      optimizer: try root.section("optimizer").optimizer(for: state),
      step: try root.integer("step"), epoch: try position.integer("epoch"),
      sample: try position.integer("sample"), progress: try root.text("progress"),
      settings: try root.section("settings").texts(), configuration: try root.text("configuration"),
      recipe: recipe, geometry: geometry,
      normalization: try root.section("normalization").normalization())
  }
}

/// A dictionary of a checkpoint; an invalid entry is an error that names it.
private struct CheckpointReader {
  let path: String
  var place = ""
  let value: TorchValue

  func wrong(_ key: String, _ expected: String, _ got: String) -> ModelFileError {
    ModelFileError(
      .otherContent, subject: path, "\(place)\(key): expected \(expected), got \(got)")
  }

  func section(_ key: String) throws(ModelFileError) -> CheckpointReader {
    guard let section = value[key], case .dictionary = section else {
      throw wrong(key, "a dictionary", "something else")
    }
    return CheckpointReader(path: path, place: place + key + ".", value: section)
  }

  func integer(_ key: String) throws(ModelFileError) -> Int {
    // The bound leaves room for counting further.
    guard case .integer(let number) = value[key] ?? .none, (0...(1 << 53)).contains(number) else {
      throw wrong(key, "a whole number of 0...2^53", "something else")
    }
    return Int(number)
  }

  func number(_ key: String) throws(ModelFileError) -> Double {
    guard case .number(let number) = value[key] ?? .none, number.isFinite else {
      throw wrong(key, "a finite number", "something else")
    }
    return number
  }

  func text(_ key: String) throws(ModelFileError) -> String {
    guard case .string(let text) = value[key] ?? .none else {
      throw wrong(key, "a string", "something else")
    }
    return text
  }

  func flag(_ key: String) throws(ModelFileError) -> Bool {
    guard case .bool(let flag) = value[key] ?? .none else {
      throw wrong(key, "true or false", "something else")
    }
    return flag
  }

  func texts() throws(ModelFileError) -> [String: String] {
    guard case .dictionary(let entries) = value else { return [:] }
    var texts: [String: String] = [:]
    for entry in entries {
      guard case .string(let key) = entry.key, case .string(let text) = entry.value else {
        throw wrong("", "strings only", "something else")
      }
      texts[key] = text
    }
    return texts
  }

  func numbers(_ key: String) throws(ModelFileError) -> [Double] {
    let values: [TorchValue]
    switch value[key] ?? .none {
    case .list(let list), .tuple(let list): values = list
    default: throw wrong(key, "numbers", "something else")
    }
    var numbers: [Double] = []
    for case .number(let number) in values where number.isFinite { numbers.append(number) }
    guard numbers.count == values.count else { throw wrong(key, "numbers", "something else") }
    return numbers
  }
}

extension CheckpointReader {
  func architecture() throws(ModelFileError) -> ResNet18Architecture {
    var description = ArchitectureDescription(ResNet18Architecture())
    description.name = try text("name")
    description.width = try integer("width")
    description.inputSize = try integer("inputSize")
    description.classes = try integer("classes")
    description.hidden = value["hidden"] == TorchValue.none ? nil : try integer("hidden")
    description.headBatchNorm = try flag("headBatchNorm")
    description.dropout = Float(try number("dropout"))
    guard let architecture = description.architecture else {
      throw wrong("", "a ResNet18 within bounds", "\(description)")
    }
    return architecture
  }

  func state(
    _ key: String, _ architecture: ResNet18Architecture
  ) throws(ModelFileError) -> NetworkState {
    guard let tensors = value[key]?.tensorEntries else {
      throw wrong(key, "a dictionary of tensors", "something else")
    }
    var state = NetworkState(zeros: architecture)
    try state.loadStrictly(tensors, file: "\(path): \(place)\(key)")
    return state
  }

  func average(_ architecture: ResNet18Architecture) throws(ModelFileError) -> MovingAverage? {
    if value["ema"] == TorchValue.none { return nil }
    let section = try section("ema")
    let decay = try section.number("decay")
    guard (0...1).contains(decay) else { throw section.wrong("decay", "0...1", "\(decay)") }
    return MovingAverage(
      decay: decay, state: try section.state("state_dict", architecture),
      updates: try section.integer("updates"))
  }

  func optimizer(for state: NetworkState) throws(ModelFileError) -> Optimizer {
    let rule: Optimizer.Rule
    var memories: [String] = []
    switch try text("name") {
    case "SGD":
      let momentum = try number("momentum")
      guard (0..<1).contains(momentum) else { throw wrong("momentum", "0..<1", "\(momentum)") }
      rule = .sgd(momentum: momentum, nesterov: try flag("nesterov"))
      memories = ["momentum_buffer"]
    case "AdamW":
      let betas = try numbers("betas")
      let epsilon = try number("eps")
      guard betas.count == 2, betas.allSatisfy({ (0..<1).contains($0) }), epsilon >= 0 else {
        throw wrong("betas", "two numbers of 0..<1 and an eps", "\(betas) and \(epsilon)")
      }
      rule = .adamW(beta1: betas[0], beta2: betas[1], epsilon: epsilon)
      memories = ["exp_avg", "exp_avg_sq"]
    case let other: throw wrong("name", "SGD or AdamW", other)
    }
    let decay = try number("weight_decay")
    guard decay >= 0 else { throw wrong("weight_decay", "0 or more", "\(decay)") }
    let layerDecay = value["layer_decay"] == nil ? 1 : try number("layer_decay")
    guard (0...1).contains(layerDecay) else {
      throw wrong("layer_decay", "0...1", "\(layerDecay)")
    }
    var optimizer = Optimizer(
      rule, weightDecay: decay, layerDecay: layerDecay, for: state.architecture)
    optimizer.first = try memory(memories[0], for: state)
    if memories.count > 1 { optimizer.second = try memory(memories[1], for: state) }
    optimizer.stepCount = try integer("step")
    optimizer.backboneStepCount = try integer("backbone_step")
    return optimizer
  }

  /// One of the optimizer's arenas, assembled from its tensors, one per parameter.
  private func memory(_ key: String, for state: NetworkState) throws(ModelFileError) -> [Float] {
    guard let tensors = value[key]?.tensorEntries else {
      throw wrong(key, "a dictionary of tensors", "something else")
    }
    var arena = [Float](repeating: 0, count: state.parameters.count)
    let entries = state.entries.filter { $0.arena == .parameters }
    guard tensors.count == entries.count else {
      throw wrong(key, "\(entries.count) tensors", "\(tensors.count)")
    }
    for (entry, tensor) in zip(entries, tensors) {
      guard tensor.name == entry.name, tensor.tensor.shape == entry.shape,
        let values = tensor.tensor.floats
      else {
        throw wrong(
          "\(key).\(entry.name)", "shape \(entry.shape)",
          "\(tensor.name) of shape \(tensor.tensor.shape)")
      }
      arena.replaceSubrange(entry.range, with: values)
    }
    return arena
  }

  /// The recipe; nil if the checkpoint has only the geometry.
  func recipe() throws(ModelFileError) -> ExtractionRecipe? {
    guard value["recipe"] != nil else { return nil }
    let bytes = Array(try text("recipe").utf8)
    do throws(ContractError) {
      return try ContractDocument.decode(ExtractionRecipe.self, from: bytes)
    } catch {
      throw ModelFileError(
        .otherContent, subject: path, "\(place)\(error.within("recipe").description)")
    }
  }

  func geometry() throws(ModelFileError) -> CropGeometry {
    let name = try text("alignment")
    guard let alignment = CropGeometry.Alignment(rawValue: name) else {
      throw wrong("alignment", "a kind of alignment", name)
    }
    let geometry = CropGeometry(
      alignment: alignment, margin: try number("margin"), sizePixels: try integer("sizePixels"))
    do throws(ContractError) {
      try geometry.validate()
    } catch {
      throw wrong(error.key, error.expected, error.got)
    }
    return geometry
  }

  func normalization() throws(ModelFileError) -> InputNormalization {
    guard
      let value = InputNormalization(
        mean: try numbers("mean").map { Float($0) },
        standardDeviation: try numbers("standardDeviation").map { Float($0) })
    else { throw wrong("mean", "three means and deviations", "others") }
    return value
  }
}
