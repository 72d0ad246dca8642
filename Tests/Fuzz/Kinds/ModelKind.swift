internal import Contract
internal import Diagnosis
internal import Foundation
internal import ModelFiles
internal import NeuralNetwork
internal import Randomness
internal import ShardStore
internal import ShardStoreFixtures
internal import TensorFiles

/// Formats of model files.
enum ModelFormat: String, CaseIterable {
  case zip, legacy, pickle, safetensors, npz

  /// Whether a file of that name in the fixtures is a base of the format.
  func fits(_ name: String, _ head: [UInt8]) -> Bool {
    switch self {
    case .zip: (name.hasSuffix(".pt") || name.hasSuffix(".pth")) && head.starts(with: [0x50, 0x4B])
    case .legacy:
      (name.hasSuffix(".pt") || name.hasSuffix(".pth")) && !head.starts(with: [0x50, 0x4B])
    case .pickle: name.hasSuffix(".pkl") || name.hasSuffix(".joblib")
    case .safetensors: name.hasSuffix(".safetensors")
    case .npz: name.hasSuffix(".npz") || name.hasSuffix(".npy")
    }
  }
}

/// Model files, as `trainer diagnose` and the loading of a model read them.
struct ModelKind: FuzzKind {
  let format: ModelFormat

  var name: String { "model-" + format.rawValue }
  let longRuns = 10_000
  let shortRuns = 250

  /// Larger files only slow the round down.
  private static let mostBytes = 260_000

  func prepare(bases: String) throws {
    let fixtures = FuzzFiles.package + "/Tests/Fixtures/"
    for place in try FileManager.default.subpathsOfDirectory(atPath: fixtures).sorted() {
      guard let bytes = try? FuzzFiles.bytes(fixtures + place), bytes.count <= Self.mostBytes,
        format.fits(place, bytes)
      else { continue }
      try FuzzFiles.write(bytes, bases + "/" + place.replacing("/", with: "-"))
    }
    if format == .zip { try ModelBases.model().write(to: bases + "/own.pt") }
    if format == .safetensors {
      try ModelBases.model().writeSafetensors(to: bases + "/own.safetensors")
    }
    guard try !FuzzFiles.names(bases).isEmpty else { throw FuzzError("no bases of \(name)") }
  }

  func worker(bases: String) throws -> any FuzzReader {
    try ModelReader(
      format: format,
      bases: FuzzFiles.names(bases).map { ($0, try FuzzFiles.bytes(bases + "/" + $0)) })
  }
}

/// Models of our own writing.
enum ModelBases {
  static let architecture = ResNet18Architecture(
    width: 8, inputSize: 32, head: .mlp(hidden: 8, batchNorm: true, dropout: 0.25))

  static func metadata() -> ModelMetadata {
    ModelMetadata(
      architecture: architecture, recipe: SyntheticVideos.description.recipe,
      normalization: .imageNet,
      calibration: Calibration(
        score: .median, temperature: 1.25, threshold: 0.43, lowerBound: 0.31, upperBound: 0.75,
        notes: ["A note."]),
      provenance: ModelMetadata.Provenance(
        software: "fuzz", epoch: 3, step: 60, settings: ["seed": "1", "batchSize": "8"]))
  }

  static func model() -> ModelFile {
    ModelFile(state: NetworkState(randomFor: architecture, seed: 1), metadata: metadata())
  }
}

private struct ModelReader: FuzzReader {
  let format: ModelFormat
  let bases: [(name: String, bytes: [UInt8])]
  private var contents: [String: [TensorEntry]] = [:]

  init(format: ModelFormat, bases: [(String, [UInt8])]) {
    self.format = format
    self.bases = bases
  }

  mutating func run(_ one: inout FuzzCase) throws -> Verdict {
    let base = bases[one.random.below(bases.count)]
    let donor = bases[one.random.below(bases.count)].bytes
    var bytes = base.bytes
    // Whether the file's own checksums cover the damage.
    let isCovered = damage(&bytes, &one.random, donor)
    let path = one.folder + "/" + base.name
    try FuzzFiles.write(bytes, path)
    let file: NetworkFile
    do throws(ModelFileError) {
      file = try NetworkFile.recognize(path)
    } catch {
      _ = ModelDiagnosis(unreadable: error)
      return RawText.verdict(error)
    }
    _ = ModelDiagnosis(file)
    do throws(ModelFileError) { _ = try ModelFile(file) } catch {
      if let sign = RawText.sign(in: error) { return .failed(.rawText, sign) }
    }
    if isCovered, bytes != base.bytes, !isEqual(file.weights.tensors, try content(base, one)) {
      return .failed(.silent, "\(base.name): other tensors without an error")
    }
    return .accepted
  }

  /// - Returns: whether checksums of the file cover what was changed.
  private func damage(
    _ bytes: inout [UInt8], _ random: inout RandomStream, _ donor: [UInt8]
  ) -> Bool {
    switch format {
    case .zip, .npz:
      guard random.happens(0.6), var parts = ZipParts(bytes), !parts.records.isEmpty else {
        if random.happens(0.7) {
          ByteMutator.overwrite(&bytes, in: 0..<bytes.count, &random)
          return format == .zip
        }
        ByteMutator.mutate(&bytes, &random, donor: donor)
        return false
      }
      damageRecords(&parts, &random, donor)
      bytes = parts.bytes
    case .legacy, .pickle:
      if random.happens(0.5) {
        PickleMutator.mutate(&bytes, &random)
      } else {
        ByteMutator.mutate(&bytes, &random, donor: donor)
      }
    case .safetensors:
      let length = bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
      if random.happens(0.7), 8 + length <= bytes.count {
        var header = Array(bytes[8..<8 + length])
        TextMutator.mutate(&header, &random)
        let size = random.happens(0.95) ? header.count : random.below(1 << 30)
        bytes =
          (0..<8).map { UInt8(truncatingIfNeeded: size >> (8 * $0)) } + header
          + bytes[(8 + length)...]
      } else {
        ByteMutator.mutate(&bytes, &random, donor: donor)
      }
    }
    return false
  }

  private func damageRecords(
    _ parts: inout ZipParts, _ random: inout RandomStream, _ donor: [UInt8]
  ) {
    let place = random.below(parts.records.count)
    let pickle = parts.records.firstIndex { $0.name.suffix(8).elementsEqual("data.pkl".utf8) }
    switch random.below(12) {
    case 0: parts.records.remove(at: place)
    case 1: parts.records.append(parts.records[place])
    case 2: ByteMutator.mutate(&parts.records[place].name, &random)
    case 3: parts.records[place].name = parts.records[random.below(parts.records.count)].name
    case 4: parts.records[place].method = [8, 12, 99][random.below(3)]
    case 5:
      if let other = ZipParts(donor)?.records.first { parts.records[place].data = other.data }
    case 6, 7:
      if parts.records[place].name.suffix(5).elementsEqual(".json".utf8) {
        TextMutator.mutate(&parts.records[place].data, &random)
      } else {
        ByteMutator.mutate(&parts.records[place].data, &random)
      }
    default:
      if let pickle {
        PickleMutator.mutate(&parts.records[pickle].data, &random)
      } else {
        ByteMutator.mutate(&parts.records[place].data, &random)
      }
    }
  }

  private mutating func content(
    _ base: (name: String, bytes: [UInt8]), _ one: FuzzCase
  ) throws -> [TensorEntry] {
    if let known = contents[base.name] { return known }
    let content = try NetworkFile.recognize(one.bases + "/" + base.name).weights.tensors
    contents[base.name] = content
    return content
  }

  /// By bits: a NaN equals itself.
  private func isEqual(_ one: [TensorEntry], _ other: [TensorEntry]) -> Bool {
    guard one.count == other.count else { return false }
    return zip(one, other).allSatisfy { one, other in
      guard one.name == other.name, one.tensor.shape == other.tensor.shape else { return false }
      if let left = one.tensor.floats, let right = other.tensor.floats {
        return left.elementsEqual(right) { $0.bitPattern == $1.bitPattern }
      }
      return one.tensor.integers.map(Array.init) == other.tensor.integers.map(Array.init)
    }
  }
}
