/// How a catalog interpreted its input: which folder, name or column gave label, split, method,
/// compression, data set and group, and for how many videos. It shows a mistake in a layout before
/// hours of work.
package struct CatalogReading: Codable, Sendable, Equatable {
  /// One thing that was found, with its meaning.
  package struct Row: Codable, Sendable, Equatable {
    /// What was found, e.g. `folder Deepfakes` or `column is_fake`.
    package var found: String

    /// What it was taken for, e.g. `label fake, method Deepfakes`.
    package var takenAs: String

    /// Number of videos that it applies to.
    package var videos: Int

    /// The name of one of them: the first in byte order.
    package var example: String

    package init(found: String, takenAs: String, videos: Int, example: String) {
      self.found = found
      self.takenAs = takenAs
      self.videos = videos
      self.example = example
    }
  }

  /// Labels first, then splits, methods, compressions, data sets, groups, and what was ignored.
  package var rows: [Row]

  package init(rows: [Row] = []) {
    self.rows = rows
  }
}

/// Counts the reasons for the entries while a catalog is read.
struct ReadingTally {
  /// Subject of a row, in the order of the rows.
  enum Aspect: Int, Sendable {
    case label, split, method, compression, dataset, group, file, ignored
  }

  /// What was found for one value of a video's entry, and how it was interpreted.
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

  /// Counts the reasons for one video's entry.
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

  /// The rows, in an order that depends on their content only.
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
