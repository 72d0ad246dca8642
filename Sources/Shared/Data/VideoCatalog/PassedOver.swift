/// Counts of what lies in a data set's folders and is not used, by kind.
///
/// These need no label: they are no videos, or they are copies of videos. None of them is ever
/// opened.
package struct PassedOver: Codable, Sendable, Equatable {
  /// The kinds of what is not used.
  package enum Kind: String, Codable, Sendable, CaseIterable {
    /// Files that are neither video nor picture nor metadata of the layout.
    case file
    /// Pictures below a folder `masks` or `landmarks`, which show no faces.
    case mask
    /// Folders of frames beside the videos that they were taken from.
    case framesOfVideo
    /// Folders that a filter or the layout leaves out.
    case folder
    /// Files and folders whose name begins with a dot.
    case hidden
    /// Links without a target, unless they have the name of a video.
    case brokenLink
    /// Named pipes.
    case fifo
    /// Sockets.
    case socket
    /// Block and character devices.
    case device
  }

  /// The count of one kind.
  package struct Count: Codable, Sendable, Equatable {
    package let kind: Kind
    /// Extension of the files in lower case, empty for files without one; nil for other kinds.
    package let fileExtension: String?
    package internal(set) var count: Int
  }

  /// Maximum length of an extension that is counted by itself; a longer one is part of a name.
  private static let maximumExtensionLength = 12

  /// Maximum number of extensions in the text, the most frequent ones.
  private static let maximumExtensions = 12

  /// The counts in the order of the kinds, the most frequent extension first.
  package var counts: [Count] {
    tally.map { Count(kind: $0.kind, fileExtension: $0.fileExtension, count: $1) }.sorted {
      ($0.kind.rank, -$0.count, $0.fileExtension ?? "")
        < ($1.kind.rank, -$1.count, $1.fileExtension ?? "")
    }
  }

  private struct Key: Hashable {
    var kind: Kind
    var fileExtension: String?
  }

  private var tally: [Key: Int] = [:]

  package init() {}

  /// Adds to the count of a kind.
  mutating func add(_ kind: Kind, count: Int = 1) {
    guard count > 0 else { return }
    tally[Key(kind: kind), default: 0] += count
  }

  /// Counts a file by its extension.
  mutating func addFile(_ name: String) {
    var ending = ""
    if let dot = name.utf8.lastIndex(of: UInt8(ascii: ".")) {
      ending = name[name.utf8.index(after: dot)...].lowercased()
      if ending.utf8.count > Self.maximumExtensionLength { ending = "" }
    }
    tally[Key(kind: .file, fileExtension: ending), default: 0] += 1
  }

  /// Whether nothing was counted.
  package var isEmpty: Bool { tally.isEmpty }

  /// All counts in one line, e.g. "12 .txt, 3 .npy, 1 without extension, 2 hidden, 1 FIFO"; nil if
  /// nothing was counted. Not escaped.
  package var text: String? {
    guard !isEmpty else { return nil }
    let counts = counts
    let files = counts.filter { $0.kind == .file }
    var parts = files.prefix(Self.maximumExtensions).map { entry in
      entry.fileExtension.map {
        $0.isEmpty ? "\(entry.count) without extension" : "\(entry.count) .\($0)"
      }
        ?? "\(entry.count)"
    }
    let rest = files.dropFirst(Self.maximumExtensions).reduce(0) { $0 + $1.count }
    if rest > 0 { parts.append("\(rest) with other extensions") }
    parts += counts.filter { $0.kind != .file }.map { $0.kind.text($0.count) }
    return parts.joined(separator: ", ")
  }
}

extension PassedOver {
  /// Writes the counts as a list.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(counts)
  }

  /// Reads a list of counts.
  package init(from decoder: any Decoder) throws {
    for entry in try decoder.singleValueContainer().decode([Count].self) {
      tally[Key(kind: entry.kind, fileExtension: entry.fileExtension), default: 0] += entry.count
    }
  }
}

extension PassedOver.Kind {
  fileprivate var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

  fileprivate func text(_ count: Int) -> String {
    switch self {
    case .file: counted(count, "file")
    case .mask: counted(count, "picture") + " of masks or landmarks"
    case .framesOfVideo: counted(count, "folder") + " of frames beside their videos"
    case .folder: counted(count, "folder") + " left out"
    case .hidden: "\(count) hidden"
    case .brokenLink: counted(count, "link") + " without a target"
    case .fifo: counted(count, "FIFO")
    case .socket: counted(count, "socket")
    case .device: counted(count, "device")
    }
  }
}
