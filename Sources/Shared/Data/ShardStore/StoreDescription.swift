internal import Files
public import Contract
import Foundation

/// What the content of a store depends on: the file `store.json`, equal for all tasks.
public struct StoreDescription: Codable, Sendable, Equatable {
  /// The format that is written; every older one is read, and left as it is.
  public static let currentFormatVersion = 2

  /// Name of the file in the store's folder.
  public static let fileName = "store.json"

  private static let maximumBytes = 1 << 20

  /// Version of the layout of shards and records.
  public let formatVersion: Int

  /// All that determines which crops a video gives.
  public let recipe: ExtractionRecipe

  /// Layout of the data set that the videos come from; nil where that isn't known.
  public let dataset: String?

  /// How a face becomes a crop.
  public var geometry: CropGeometry { recipe.geometry }

  /// Creates a description in the current format.
  public init(recipe: ExtractionRecipe, dataset: String? = nil) {
    formatVersion = Self.currentFormatVersion
    self.recipe = recipe
    self.dataset = dataset
  }

  /// Reads `store.json` of a store.
  public init(store directory: String) throws(ShardStoreError) {
    guard let description = try Self.readIfPresent(directory) else {
      guard FileManager.default.fileExists(atPath: directory) else {
        throw ShardStoreError(
          .notAStore, subject: directory,
          "no such folder; expected the output folder of an extraction, with its "
            + "\(Self.fileName)")
      }
      throw ShardStoreError(
        .notAStore, subject: directory,
        "the folder has no \(Self.fileName); expected the output folder of an extraction")
    }
    self = description
  }

  /// Where this description and that of a run differ, one line per setting; empty for equal ones. What
  /// a store of an older format doesn't say is no difference.
  public func differences(toRun run: StoreDescription) -> [String] {
    var found = recipe.differences(from: run.recipe).map { ($0.name, $0.value, $0.other) }
    if let dataset, let other = run.dataset, dataset != other {
      found.insert(("dataset", dataset, other), at: 0)
    }
    return found.map { "\($0): the store has \"\($1)\", this run has \"\($2)\"" }
  }

  /// The recipe that goes on in a store: in the version that the store was begun with, so that it
  /// never mixes two; `recipe` itself for a new store.
  public static func recipe(
    _ recipe: ExtractionRecipe, goingOnIn directory: String
  ) throws(ShardStoreError) -> ExtractionRecipe {
    guard let stored = try readIfPresent(directory)?.recipe, stored.version < recipe.version else {
      return recipe
    }
    return recipe.following(versionOf: stored)
  }

  /// Makes sure that the store has this description: creates `store.json`, or compares with it.
  func establish(inStore directory: String) throws(ShardStoreError) {
    do throws(ContractError) {
      try recipe.validate()
    } catch {
      throw ShardStoreError(
        .invalidArgument, subject: "extraction recipe", error.description)
    }
    if try Self.readIfPresent(directory) == nil {
      guard try ShardName.all(inStore: directory).isEmpty else {
        throw ShardStoreError(
          .notAStore, subject: directory,
          "the folder has shards but no \(Self.fileName); put the file back, or use a new folder")
      }
      if let foreign = try StoreFolder.foreignEntry(directory) {
        throw ShardStoreError(
          .notAStore, subject: directory,
          "the folder is no store and not empty: it has \(foreign); use a new folder, such as "
            + "\(directory)/faces")
      }
      try create(inStore: directory)
    }
    let stored = try StoreDescription(store: directory)
    let differences = stored.differences(toRun: self)
    guard differences.isEmpty else {
      throw ShardStoreError(
        .descriptionMismatch, subject: directory + "/" + Self.fileName,
        "the store was made with other settings: " + differences.joined(separator: "; ")
          + "; use the store's settings or another output folder")
    }
  }

  /// Writes the file, unless a task that was quicker has.
  private func create(inStore directory: String) throws(ShardStoreError) {
    let path = directory + "/" + Self.fileName
    let bytes = try encoded(subject: path)
    _ = try stored(AtomicFile.create(bytes + [UInt8(ascii: "\n")], at: path))
  }

  private static func readIfPresent(
    _ directory: String
  ) throws(ShardStoreError) -> StoreDescription? {
    let path = directory + "/" + fileName
    guard try stored(FileSystem.size(of: path)) != nil else { return nil }
    let bytes = try stored(FileSystem.contents(of: path, maximumBytes: maximumBytes))
    do throws(ContractError) {
      return try ContractDocument.decode(StoreDescription.self, from: bytes)
    } catch {
      throw ShardStoreError(
        .notAStore, subject: path,
        "the file is not the description of a store that can be used: \(error.description)")
    }
  }

  private func encoded(subject: String) throws(ShardStoreError) -> [UInt8] {
    do throws(ContractError) {
      return try ContractDocument.encode(self)
    } catch {
      throw ShardStoreError(
        .invalidArgument, subject: subject, "can't be written as JSON: \(error.description)")
    }
  }
}

extension StoreDescription {
  private enum CodingKeys: String, CodingKey {
    case formatVersion, recipe, dataset
    // Version 1 has these instead of a recipe.
    case geometry, pipeline
  }

  /// Reads a description of any version; values that can't be used are an error.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    formatVersion = try values.decodeWhole(.formatVersion)
    switch formatVersion {
    case 1:
      let texts = try values.decode([String: String].self, forKey: .pipeline)
      let geometry = try values.decode(CropGeometry.self, forKey: .geometry)
      do throws(ContractError) {
        recipe = try ExtractionRecipe(version1: texts, geometry: geometry)
      } catch {
        throw error.within("pipeline").decodingError(at: decoder)
      }
      dataset = texts["dataset"]
    case Self.currentFormatVersion:
      recipe = try values.decode(ExtractionRecipe.self, forKey: .recipe)
      dataset = try values.decodeIfPresent(String.self, forKey: .dataset)
    default:
      throw ContractError(
        key: "formatVersion", expected: "1...\(Self.currentFormatVersion)",
        got: "\(formatVersion)", advice: "use the release that made the store"
      ).decodingError(at: decoder)
    }
  }

  /// Writes the description in the current format.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(Self.currentFormatVersion, forKey: .formatVersion)
    try values.encode(recipe, forKey: .recipe)
    try values.encodeIfPresent(dataset, forKey: .dataset)
  }
}
