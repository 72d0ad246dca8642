internal import Files
public import Contract
import Foundation

/// What the content of a store depends on: the file `store.json`, equal for all tasks.
public struct StoreDescription: Codable, Sendable, Equatable {
  /// The only format there is.
  public static let currentFormatVersion = 1

  /// Name of the file in the store's folder.
  public static let fileName = "store.json"

  private static let maximumBytes = 1 << 20

  /// Version of the layout of shards and records.
  public let formatVersion: Int

  /// How a face becomes a crop.
  public let geometry: CropGeometry

  /// Every other setting that determines the content, by name, e.g. `frames: 32`.
  public let pipeline: [String: String]

  /// Creates a description in the current format.
  public init(geometry: CropGeometry, pipeline: [String: String]) {
    formatVersion = Self.currentFormatVersion
    self.geometry = geometry
    self.pipeline = pipeline
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

  /// Where this description and that of a run differ, one line per key, sorted; empty for equal
  /// ones.
  public func differences(toRun run: StoreDescription) -> [String] {
    let mine = flattened
    let theirs = run.flattened
    return Set(mine.keys).union(theirs.keys).sorted().compactMap { key in
      guard mine[key] != theirs[key] else { return nil }
      let has = { (value: String?) in value.map { "\"\($0)\"" } ?? "nothing" }
      return "\(key): the store has \(has(mine[key])), this run has \(has(theirs[key]))"
    }
  }

  private var flattened: [String: String] {
    var values = [
      "formatVersion": String(formatVersion),
      "geometry.alignment": geometry.alignment.rawValue,
      "geometry.margin": String(geometry.margin),
      "geometry.sizePixels": String(geometry.sizePixels),
    ]
    for (key, value) in pipeline { values["pipeline." + key] = value }
    return values
  }

  /// Makes sure that the store has this description: creates `store.json`, or compares with it.
  func establish(inStore directory: String) throws(ShardStoreError) {
    guard geometry.margin.isFinite, geometry.margin > 0, geometry.sizePixels > 0 else {
      throw ShardStoreError(
        .invalidArgument, subject: "crop geometry",
        "margin and size must be positive, got \(geometry.margin) and \(geometry.sizePixels)")
    }
    if try Self.readIfPresent(directory) == nil {
      guard try ShardName.all(inStore: directory).isEmpty else {
        throw ShardStoreError(
          .notAStore, subject: directory,
          "the folder has shards but no \(Self.fileName); put the file back, or use a new folder")
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
    let bytes = try RecordCoding.encode(self, subject: path, readable: true)
    _ = try stored(AtomicFile.create(bytes + [UInt8(ascii: "\n")], at: path))
  }

  private static func readIfPresent(
    _ directory: String
  ) throws(ShardStoreError) -> StoreDescription? {
    let path = directory + "/" + fileName
    guard try stored(FileSystem.size(of: path)) != nil else { return nil }
    let bytes = try stored(FileSystem.contents(of: path, maximumBytes: maximumBytes))
    struct Version: Decodable { let formatVersion: Int }
    do {
      let version = try JSONDecoder().decode(Version.self, from: Data(bytes)).formatVersion
      guard version == currentFormatVersion else {
        throw ShardStoreError(
          .notAStore, subject: path,
          "expected format version \(currentFormatVersion), got \(version); use the release that "
            + "made the store")
      }
      return try JSONDecoder().decode(StoreDescription.self, from: Data(bytes))
    } catch let error as ShardStoreError {
      throw error
    } catch {
      throw ShardStoreError(
        .notAStore, subject: path, "the file is not the JSON of a store's description",
        cause: RecordCoding.text(of: error))
    }
  }
}
