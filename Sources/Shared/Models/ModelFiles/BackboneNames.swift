internal import NeuralNetwork

/// The names of a ResNet's backbone layers in a file: torchvision's names after any prefix
/// (`resnet.layer1...`), or numbers in `nn.Sequential(*resnet.children())` (`features.4...`).
struct BackboneNames {
  /// The prefix of all names.
  let prefix: String
  /// Whether layers are numbered.
  let isNumbered: Bool
  /// The prefixes of other networks in the file, in its order, e.g. of a teacher or a moving
  /// average.
  let otherPrefixes: [String]

  private static let numbers = [
    "conv1": "0", "bn1": "1", "layer1": "4", "layer2": "5", "layer3": "6", "layer4": "7",
  ]
  private static let names = Dictionary(uniqueKeysWithValues: numbers.map { ($1, $0) })

  /// The backbone's entries under torchvision's names, with the shapes of a width of 8.
  static let known = Dictionary(
    uniqueKeysWithValues: ResNet18Architecture(width: 8, head: .linear).stateEntries
      .filter { !$0.isHead }.map { ($0.name, $0) })
  private static let knownNumbered = Set(known.keys.map(numbered))
  /// Number of parts of the longest name, `layer1.0.downsample.1.running_mean`.
  private static let longestName = 5
  /// This many entries of a backbone are no coincidence; with fewer, torchvision's names without a
  /// prefix are assumed.
  private static let leastVotes = 20

  private struct Naming: Hashable {
    var prefix: String
    var isNumbered: Bool
  }

  /// Finds the prefix and the kind of names with which most of these names are backbone entries.
  /// Entries may be missing.
  init(_ names: [String]) {
    var votes: [Naming: (count: Int, first: Int)] = [:]
    for (index, name) in names.enumerated() {
      var parts = 0
      for dot in name.indices.reversed() where name[dot] == "." || dot == name.startIndex {
        parts += 1
        guard parts <= Self.longestName else { break }
        let start = name[dot] == "." ? name.index(after: dot) : dot
        let ending = String(name[start...])
        for isNumbered in [false, true]
        where isNumbered ? Self.knownNumbered.contains(ending) : Self.known[ending] != nil {
          let naming = Naming(prefix: String(name[..<start]), isNumbered: isNumbered)
          votes[naming, default: (0, index)].count += 1
        }
      }
    }
    // Of two equally complete networks in one file, the first.
    let best = votes.max { ($0.value.count, -$0.value.first) < ($1.value.count, -$1.value.first) }
    guard let best, best.value.count >= Self.leastVotes else {
      (prefix, isNumbered, otherPrefixes) = ("", false, [])
      return
    }
    (prefix, isNumbered) = (best.key.prefix, best.key.isNumbered)
    otherPrefixes = votes.filter { naming, vote in
      // A prefix that the network's own names have too says nothing.
      vote.count >= Self.leastVotes && !best.key.prefix.hasPrefix(naming.prefix)
    }.sorted { $0.value.first < $1.value.first }.map(\.key.prefix)
  }

  private static func numbered(_ name: String) -> String {
    let part = name.prefix { $0 != "." }
    return (numbers[String(part)] ?? String(part)) + name.dropFirst(part.count)
  }

  /// The name in the file of an entry that torchvision calls `name`.
  func fileName(of name: String) -> String {
    prefix + (isNumbered ? Self.numbered(name) : name)
  }

  /// Whether an entry of the file belongs to another network in it.
  func isOthers(_ fileName: String) -> Bool { otherPrefixes.contains { fileName.hasPrefix($0) } }

  /// torchvision's name of an entry of the file; nil for an entry outside of the backbone.
  func name(of fileName: String) -> String? {
    guard fileName.hasPrefix(prefix) else { return nil }
    let rest = fileName.dropFirst(prefix.count)
    let part = rest.prefix { $0 != "." }
    guard part.count < rest.count else { return nil }
    if isNumbered { return Self.names[String(part)].map { $0 + rest.dropFirst(part.count) } }
    let isBackbone =
      part == "conv1" || part == "bn1" || (part.hasPrefix("layer") && part.count == 6)
    return isBackbone ? String(rest) : nil
  }
}
