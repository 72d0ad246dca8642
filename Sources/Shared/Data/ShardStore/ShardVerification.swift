/// One problem in a store.
package struct StoreFinding: Codable, Sendable, Equatable, CustomStringConvertible {
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
    /// A shard under the name of another one.
    case shardDuplicated
    /// A shard that its task's manifest doesn't list.
    case shardUnknown
    /// The content of a shard differs from its own state.
    case shardContent
    /// The manifest of a task is missing, damaged, or that of another store.
    case manifest
    /// A search by key, as a reader does it, finds nothing or another entry.
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
    /// A video's entry has another count of images than there are.
    case imageCount
    /// The samples' records of a video are not those that were stored.
    case sampleChecksum
    /// Samples without a finished entry of their video.
    case videoMissing
    /// A video with a second entry that should not be there.
    case videoTwice
  }

  /// File name of the shard; nil for the store as a whole.
  package let shard: String?
  /// The key or video; nil for the file as a whole.
  package let key: String?
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

/// The result of the check of one shard. Codable, so that a child process can do the check and
/// return its result.
package struct ShardVerification: Codable, Sendable, Equatable {
  /// The largest number of findings that are listed one by one.
  package static let maximumFindings = 1_000

  /// File name of the shard.
  package let shard: String
  /// Number of samples in the shard.
  package internal(set) var samples = 0
  /// Number of images in the shard.
  package internal(set) var images = 0
  /// Length of all images together.
  package internal(set) var imageBytes = 0
  /// Names of its finished videos.
  package internal(set) var finishedVideos: [String] = []
  /// Names of its failed videos.
  package internal(set) var failedVideos: [String] = []
  /// Names of all videos that findings concern, also of those beyond `maximumFindings`.
  package private(set) var damagedVideos: [String] = []
  /// The shard's own state; nil in a store of a format before 3, or if it can't be read.
  package internal(set) var state: ShardState?
  /// The first findings.
  package private(set) var findings: [StoreFinding] = []
  /// Number of findings beyond `maximumFindings`.
  package private(set) var findingsLeftOut = 0

  /// The result for a shard that could not be checked, e.g. because the child process ended early.
  package init(shard: ShardName, failedCheck reason: String) {
    self.init(shard: shard)
    report(.shard, nil, expected: "a check that ends", got: reason)
  }

  init(shard: ShardName) { self.shard = shard.fileName }

  mutating func report(
    _ problem: StoreFinding.Problem, _ key: String?, video: [UInt8]? = nil, expected: String,
    got: String
  ) {
    // Findings of a video come one after the other, so that few names are added twice.
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

/// The result of the check of a store.
package struct StoreVerification: Codable, Sendable, Equatable {
  /// Each shard, in order.
  package let shards: [ShardVerification]
  /// Findings that concern the store or several shards.
  package let storeFindings: [StoreFinding]
  /// What can't be checked in this store, because its format has no record of it.
  package let unknowns: [String]

  /// All findings: of the store, then of each shard.
  package var findings: [StoreFinding] { storeFindings + shards.flatMap(\.findings) }

  /// Whether nothing was found.
  package var isSound: Bool { findings.isEmpty }
}
