internal import Files
package import Contract

/// What the content of a store depends on: the file `store.json`, equal for all tasks.
package struct StoreDescription: Codable, Sendable, Equatable {
  /// The format that is written. Stores of every older format are read, and keep their format.
  package static let currentFormatVersion = 3

  /// Name of the file in the store's folder.
  package static let fileName = "store.json"

  private static let maximumBytes = 1 << 20

  /// Version of the layout of shards and records.
  package let formatVersion: Int

  /// All settings that determine the crops of a video.
  package let recipe: ExtractionRecipe

  /// Layout of the data set that the videos come from; nil if that isn't known.
  package let dataset: String?

  /// How the data set's pictures were read; nil if that isn't known, as before format 3.
  package let reading: InputReading?

  /// How many tasks the data set is divided into, by the names of the videos that others were made
  /// from; 1 if it is not divided. Nil in a store of older software, which doesn't record it, and
  /// in the description of a run that takes the store's own number.
  package private(set) var tasks: Int?

  /// A random number that no other store has; nil in a store of a format before 3, and in the
  /// description of a run.
  package private(set) var identity: String?

  /// What can't be checked in the store, because its format has no record of it.
  package var unknowns: [String] {
    guard !hasProofs else { return [] }
    return [
      "Cannot tell whether shards are missing or older than they were, nor whether a video's own record "
        + "was changed: stores of format \(formatVersion) don't record it."
    ]
  }

  /// Whether shards, tasks and videos have records that show losses and changes: since format 3.
  var hasProofs: Bool { formatVersion >= 3 }

  /// How a face becomes a crop.
  package var geometry: CropGeometry { recipe.geometry }

  /// Creates a description in the current format.
  ///
  /// - Parameters:
  ///   - tasks: how many tasks the data set is divided into; nil takes the store's own number,
  ///     which is 1 for a new one.
  ///   - identity: identity of a new store, for tests that compare two; nil chooses a random one.
  package init(
    recipe: ExtractionRecipe, dataset: String? = nil, reading: InputReading? = nil,
    tasks: Int? = nil, identity: String? = nil
  ) {
    formatVersion = Self.currentFormatVersion
    self.recipe = recipe
    self.dataset = dataset
    self.reading = reading
    self.tasks = tasks
    self.identity = identity
  }

  /// Reads `store.json` of a store.
  package init(store directory: String) throws(ShardStoreError) {
    guard let description = try Self.readIfPresent(directory) else {
      _ = try StoreFolder.entries(directory)
      throw ShardStoreError(
        .notAStore, subject: directory,
        "the folder has no \(Self.fileName); expected the output folder of an extraction")
    }
    self = description
  }

  /// The differences between this description and that of a run, one line per setting. What a store
  /// of an older format doesn't record is no difference.
  package func differences(toRun run: StoreDescription) -> [String] {
    var found = recipe.differences(from: run.recipe).map { ($0.name, $0.value, $0.other) }
    if let dataset, let other = run.dataset, dataset != other {
      found.insert(("dataset", dataset, other), at: 0)
    }
    if let reading, let other = run.reading { found += reading.differences(from: other) }
    if let tasks, let other = run.tasks, tasks != other {
      found.append(("tasks", "\(tasks)", "\(other)"))
    }
    return found.map { "\($0): the store has \"\($1)\", this run has \"\($2)\"" }
  }

  /// The recipe for continuing a store: in the version that the store was begun with, so that it
  /// never mixes two versions; `recipe` itself for a new store.
  package static func recipe(
    _ recipe: ExtractionRecipe, goingOnIn directory: String
  ) throws(ShardStoreError) -> ExtractionRecipe {
    guard let stored = try readIfPresent(directory)?.recipe, stored.version < recipe.version else {
      return recipe
    }
    return recipe.following(versionOf: stored)
  }

  /// Makes sure that the store has this description: creates the folder and `store.json`, or
  /// compares with the file that is there.
  ///
  /// - Returns: the store's own description, in its own version and with its identity.
  @discardableResult
  package func establish(inStore directory: String) throws(ShardStoreError) -> StoreDescription {
    do throws(ContractError) {
      try recipe.validate()
    } catch {
      throw ShardStoreError(
        .invalidArgument, subject: "extraction recipe", error.description)
    }
    try StoreFolder.create(directory)
    if try Self.readIfPresent(directory) == nil { try create(inStore: directory) }
    let stored = try StoreDescription(store: directory)
    let differences = stored.differences(toRun: self)
    guard differences.isEmpty else {
      throw ShardStoreError(
        .descriptionMismatch, subject: directory + "/" + Self.fileName,
        "the store was made with other settings: " + differences.joined(separator: "; ")
          + "; use the store's settings or another output folder")
    }
    return stored
  }

  /// Writes the file, unless another task has written it first.
  private func create(inStore directory: String) throws(ShardStoreError) {
    let path = directory + "/" + Self.fileName
    if let obstacle = try Self.obstacle(inStore: directory) {
      // Another task may have created the store between the two checks.
      if try Self.readIfPresent(directory) != nil { return }
      throw obstacle
    }
    let content = try fileContent(subject: path)
    if try stored(AtomicFile.create(content, at: path)) { return }
    guard try stored(FileSystem.exists(path)) else {
      throw ShardStoreError(
        .notAStore, subject: path,
        "another process has claimed this name and not written the file; if none is running, remove "
          + "\(Self.fileName)\(Publication.claimSuffix) and start again")
    }
  }

  /// The error for a folder that can't become a new store because of its content; nil if it can.
  private static func obstacle(
    inStore directory: String
  ) throws(ShardStoreError) -> ShardStoreError? {
    guard try ShardName.all(inStore: directory).isEmpty,
      try TaskManifest.tasks(inStore: directory).isEmpty
    else {
      return ShardStoreError(
        .notAStore, subject: directory,
        "the folder has shards but no \(fileName); put the file back, or use a new folder")
    }
    return try StoreFolder.foreignEntry(directory).map { foreign in
      ShardStoreError(
        .notAStore, subject: directory,
        "the folder is no store and not empty: it has \(foreign); use a new folder, such as "
          + "\(directory)/faces")
    }
  }

  /// The file of a new store.
  func fileContent(subject: String) throws(ShardStoreError) -> [UInt8] {
    var description = self
    description.identity = identity ?? Self.newIdentity()
    description.tasks = tasks ?? 1
    return OwnChecksum.added(to: try description.encoded(subject: subject)) + [UInt8(ascii: "\n")]
  }

  /// 128 random bits in 32 hexadecimal digits.
  private static func newIdentity() -> String {
    (0..<2).map { _ in
      let text = String(UInt64.random(in: 0...(.max)), radix: 16)
      return String(repeating: "0", count: 16 - text.count) + text
    }.joined()
  }

  private static func readIfPresent(
    _ directory: String
  ) throws(ShardStoreError) -> StoreDescription? {
    let path = directory + "/" + fileName
    guard try stored(FileSystem.size(of: path)) != nil else { return nil }
    let bytes = try stored(FileSystem.contents(of: path, maximumBytes: maximumBytes))
    let checksum = OwnChecksum.state(of: bytes)
    if case .wrong(let expected, let got) = checksum {
      throw ShardStoreError(
        .notAStore, subject: path,
        "the file was changed after it was written: expected CRC-32 \(expected), got \(got); "
          + restoreAdvice)
    }
    do throws(ContractError) {
      let description = try ContractDocument.decode(StoreDescription.self, from: bytes)
      guard checksum == .right || !description.hasProofs else {
        throw ContractError(
          key: "ownCRC32", expected: "the file's checksum", got: "nothing", advice: restoreAdvice)
      }
      return description
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
    case formatVersion, recipe, dataset, reading, tasks, identity
    // Version 1 has these instead of a recipe.
    case geometry, pipeline
  }

  /// Reads a description of any version; values that can't be used are an error.
  package init(from decoder: any Decoder) throws {
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
      reading = nil
      tasks = nil
      identity = nil
    case 2...Self.currentFormatVersion:
      recipe = try values.decode(ExtractionRecipe.self, forKey: .recipe)
      dataset = try values.decodeIfPresent(String.self, forKey: .dataset)
      reading = try values.decodeIfPresent(InputReading.self, forKey: .reading)
      tasks = try values.contains(.tasks) ? values.decodeWhole(.tasks) : nil
      guard (1...(ShardName.maximumTask + 1)).contains(tasks ?? 1) else {
        throw ContractError(
          key: "tasks", expected: "1...\(ShardName.maximumTask + 1)", got: "\(tasks ?? 1)",
          advice: restoreAdvice
        ).decodingError(at: decoder)
      }
      identity = formatVersion < 3 ? nil : try values.decode(String.self, forKey: .identity)
    default:
      throw ContractError(
        key: "formatVersion", expected: "1...\(Self.currentFormatVersion)",
        got: "\(formatVersion)", advice: "use the release that made the store"
      ).decodingError(at: decoder)
    }
  }

  /// Writes the description in the current format.
  package func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(Self.currentFormatVersion, forKey: .formatVersion)
    try values.encode(recipe, forKey: .recipe)
    try values.encodeIfPresent(dataset, forKey: .dataset)
    try values.encodeIfPresent(reading, forKey: .reading)
    try values.encodeIfPresent(tasks, forKey: .tasks)
    try values.encodeIfPresent(identity, forKey: .identity)
  }
}

/// What to do about a `store.json` that is not the one that was written.
private let restoreAdvice =
  "put the file back from a copy of the store; without one, extract into a new folder"
