/// What is wrong at one place of a store.
package struct StoreFinding: Codable, Sendable, Equatable, CustomStringConvertible {
  /// The kind of problem.
  package enum Problem: String, Codable, Sendable {
    /// `store.json` is missing or not valid.
    case description
    /// The file is empty, truncated, damaged, or no LMDB file.
    case shard
    /// A shard that its task's manifest lists is not there.
    case shardMissing
    /// A shard has less than its task's manifest says: an older copy of it.
    case shardRolledBack
    /// A shard of another store.
    case shardForeign
    /// A shard under another one's name.
    case shardDuplicated
    /// A shard that its task's manifest doesn't know.
    case shardUnknown
    /// A shard holds something else than it says of itself.
    case shardContent
    /// The manifest of a task is missing, damaged, or that of another store.
    case manifest
    /// A search by key, as a reader does it, leads elsewhere.
    case lookup
    /// A key is not `<video>/<frame, 6 digits>/<face, 2 digits>`, or not UTF-8.
    case key
    /// A record is not the JSON it should be, or contradicts its key or its video.
    case record
    /// A sample without an image.
    case imageMissing
    /// An image without a sample.
    case sampleMissing
    /// An image of another length than its record says.
    case imageLength
    /// An image that is not the one that was stored.
    case imageChecksum
    /// An image that does not decode, or has another size than the store's crops.
    case imageSize
    /// A video's entry counts other images than there are.
    case imageCount
    /// The samples' records of a video are not those that were stored.
    case sampleChecksum
    /// Samples without a finished entry of their video.
    case videoMissing
    /// A video that more than one shard answers for.
    case videoTwice
  }

  /// File name of the shard; nil for the store as a whole.
  package let shard: String?
  /// The key or video; nil for the file as a whole.
  package let key: String?
  /// The kind of problem.
  package let problem: Problem
  /// What should be there.
  package let expected: String
  /// What is there.
  package let got: String

  /// `shard: key: problem: expected ..., got ...`.
  package var description: String {
    ([shard, key, problem.rawValue].compactMap { $0 } + ["expected \(expected), got \(got)"])
      .joined(separator: ": ")
  }
}

/// What the check of one shard found. Codable, so that a child process can do the check and hand
/// its result back.
package struct ShardVerification: Codable, Sendable, Equatable {
  /// Most findings that are listed one by one.
  package static let maximumFindings = 1_000

  /// File name of the shard.
  package let shard: String
  /// Samples in it.
  package internal(set) var samples = 0
  /// Images in it.
  package internal(set) var images = 0
  /// Length of all images.
  package internal(set) var imageBytes = 0
  /// Names of its finished videos.
  package internal(set) var finishedVideos: [String] = []
  /// Names of its failed videos.
  package internal(set) var failedVideos: [String] = []
  /// Names of the videos that findings concern, whatever their number.
  package private(set) var damagedVideos: [String] = []
  /// What the shard says of itself; nil in a store of a format before 3, or where it can't be read.
  package internal(set) var state: ShardState?
  /// The first findings.
  package private(set) var findings: [StoreFinding] = []
  /// Findings beyond `maximumFindings`.
  package private(set) var findingsLeftOut = 0

  /// A shard whose check could not be done, e.g. because the process that did it ended early.
  package init(shard: ShardName, failedCheck reason: String) {
    self.init(shard: shard)
    report(.shard, nil, expected: "a check that ends", got: reason)
  }

  init(shard: ShardName) { self.shard = shard.fileName }

  mutating func report(
    _ problem: StoreFinding.Problem, _ key: String?, video: [UInt8]? = nil, expected: String,
    got: String
  ) {
    // Findings of a video come one after the other: few are noted twice.
    if let video, case let name = String(decoding: video, as: UTF8.self),
      damagedVideos.last != name
    {
      damagedVideos.append(name)
    }
    guard findings.count < Self.maximumFindings else {
      findingsLeftOut += 1
      return
    }
    findings.append(
      StoreFinding(shard: shard, key: key, problem: problem, expected: expected, got: got))
  }

  /// Whether nothing of the shard can be used.
  var isUnreadable: Bool { findings.contains { $0.problem == .shard } }
}

/// What the check of a store found.
package struct StoreVerification: Codable, Sendable, Equatable {
  /// Each shard, in order.
  package let shards: [ShardVerification]
  /// Findings that concern the store or several shards.
  package let storeFindings: [StoreFinding]
  /// What can't be told of this store, because its format has no record of it.
  package let unknowns: [String]

  /// All findings: of the store, then of each shard.
  package var findings: [StoreFinding] { storeFindings + shards.flatMap(\.findings) }

  /// Whether nothing was found.
  package var isSound: Bool { findings.isEmpty }
}
