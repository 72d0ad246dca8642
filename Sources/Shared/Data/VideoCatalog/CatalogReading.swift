/// What a catalog took for what: which folder, name or column gave label, split, method, compression,
/// data set and group, and of how many videos. A mistake in a layout is seen here, before hours of work.
package struct CatalogReading: Codable, Sendable, Equatable {
  /// One thing that was found, with its meaning.
  package struct Row: Codable, Sendable, Equatable {
    /// What was found, e.g. `folder Deepfakes` or `column is_fake`.
    package var found: String

    /// What it was taken for, e.g. `label fake, method Deepfakes`.
    package var takenAs: String

    /// How many videos it decided on.
    package var videos: Int

    /// The name of one of them: the first in byte order.
    package var example: String

    /// Creates a row.
    package init(found: String, takenAs: String, videos: Int, example: String) {
      self.found = found
      self.takenAs = takenAs
      self.videos = videos
      self.example = example
    }
  }

  /// Labels first, then splits, methods, compressions, data sets, groups, and what was passed over.
  package var rows: [Row]

  /// Creates a reading.
  package init(rows: [Row] = []) {
    self.rows = rows
  }
}

/// Counts what decided on videos while a catalog is read.
struct ReadingTally {
  /// What a row is about; the order of the rows.
  enum Aspect: Int, Sendable {
    case label, split, method, compression, dataset, group, file, ignored
  }

  /// One reason why a video is in the catalog as it is.
  struct Basis: Hashable, Sendable {
    var aspect: Aspect
    var found: String
    var takenAs: String

    init(_ aspect: Aspect, _ found: String, _ takenAs: String) {
      self.aspect = aspect
      self.found = found
      self.takenAs = takenAs
    }
  }

  private var counts: [Basis: (videos: Int, example: String)] = [:]

  /// Counts one video.
  mutating func count(_ name: String, _ bases: [Basis]) {
    for basis in bases {
      guard let known = counts[basis] else {
        counts[basis] = (1, name)
        continue
      }
      counts[basis] = (
        known.videos + 1, name.bytewisePrecedes(known.example) ? name : known.example
      )
    }
  }

  /// The rows, in an order that depends on nothing but them.
  var reading: CatalogReading {
    let sorted = counts.sorted { left, right in
      if left.key.aspect != right.key.aspect {
        return left.key.aspect.rawValue < right.key.aspect.rawValue
      }
      if left.key.found != right.key.found {
        return left.key.found.bytewisePrecedes(right.key.found)
      }
      return left.key.takenAs.bytewisePrecedes(right.key.takenAs)
    }
    return CatalogReading(
      rows: sorted.map { basis, count in
        CatalogReading.Row(
          found: basis.found, takenAs: basis.takenAs, videos: count.videos, example: count.example)
      })
  }
}
