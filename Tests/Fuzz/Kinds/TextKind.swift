internal import Contract
internal import Foundation
internal import Randomness
internal import ShardStore

/// Text formats that the product reads.
enum TextDocument: String, CaseIterable {
  case dfdc, csv, celebdf, faceforensics, yaml, description, metadata, information, metrics
  case predictions, progress
}

/// Text files, each by its real reader. A value that is another legal one is another legal file, not
/// damage: what counts are crashes, hangs and raw messages.
struct TextKind: FuzzKind {
  let document: TextDocument

  var name: String { "text-" + document.rawValue }
  let longRuns = 2_000
  let shortRuns = 80

  func prepare(bases: String) throws { try TextBases.make(document, in: bases) }

  func worker(bases: String) throws -> any FuzzReader {
    TextReader(
      document: document, bases: bases,
      texts: try FuzzFiles.names(bases)
        .map { ($0, try FuzzFiles.bytes(bases + "/" + $0)) })
  }
}

private struct TextReader: FuzzReader {
  let document: TextDocument
  let bases: String
  let texts: [(name: String, bytes: [UInt8])]

  mutating func run(_ one: inout FuzzCase) throws -> Verdict {
    let base = texts[one.random.below(texts.count)]
    var bytes = base.bytes
    if document == .metadata || document == .description || document == .information {
      // Of documents with many fields each is to be tried.
      for _ in 0..<(one.random.happens(0.8) ? 1 : 3) {
        if one.random.happens(0.7) {
          TextMutator.replaceValue(&bytes, &one.random)
        } else {
          TextMutator.mutate(&bytes, &one.random)
        }
      }
    } else {
      TextMutator.mutate(&bytes, &one.random)
    }
    try FuzzFiles.write(bytes, one.folder + "/damaged-" + base.name)
    do {
      try TextLoading.load(document, base.name, bytes, in: one.folder, bases: bases)
      // The one text here that carries a checksum of its own.
      if document == .description, base.name == StoreDescription.fileName,
        try StoreDescription(store: one.folder) != StoreDescription(store: bases)
      {
        return .failed(.silent, "another description of a store without an error")
      }
      return .accepted
    } catch let error as FuzzError {
      return .failed(.rawText, error.description)
    } catch {
      return RawText.verdict(error)
    }
  }
}
