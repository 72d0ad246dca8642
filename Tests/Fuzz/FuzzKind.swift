internal import ArgumentParser
internal import Randomness

/// What came of a case.
enum Verdict {
  /// Read as something legal.
  case accepted
  /// Refused with an error, in its words.
  case refused(String)
  /// Reported by a check, such as `extractor verify`.
  case found
  /// Wrong, in these words.
  case failed(FailureKind, String)
}

/// What can be wrong with a case.
enum FailureKind: String, CaseIterable {
  case crash, hang, memory, executed, silent, disagreement, rawText
}

/// One case: all it needs is a function of kind, seed and number.
struct FuzzCase {
  let number: Int
  /// The kind's inputs before the damage.
  let bases: String
  /// An empty folder for the damaged input.
  let folder: String
  var random: RandomStream
}

/// A kind of input, with its damage and what reads it.
protocol FuzzKind: Sendable {
  var name: String { get }
  /// Cases of the long round and of the short one.
  var longRuns: Int { get }
  var shortRuns: Int { get }
  /// Makes the inputs that are damaged, once for all workers.
  func prepare(bases: String) throws
  /// Opens what `prepare` made, once in each worker.
  func worker(bases: String) throws -> any FuzzReader
}

/// Makes damaged inputs and gives them to the product.
protocol FuzzReader {
  mutating func run(_ one: inout FuzzCase) throws -> Verdict
}

/// All kinds.
enum FuzzKinds {
  static let all: [any FuzzKind] =
    ModelFormat.allCases.map { ModelKind(format: $0) }
    + [NumPyKind(), CheckpointKind(), ClipKind(), MultipartKind()]
    + StoreKind.Target.allCases.map { StoreKind(target: $0) }
    + TextDocument.allCases.map { TextKind(document: $0) }

  static var names: String { all.map(\.name).joined(separator: ", ") }

  /// The kinds of that names, separated by commas; all of them for nil.
  static func named(_ names: String?) throws -> [any FuzzKind] {
    guard let names else { return all }
    if names == SelfKind().name { return [SelfKind()] }
    return try names.split(separator: ",").map { name in
      guard let kind = all.first(where: { $0.name == name }) else {
        throw ValidationError("there is no kind \(name); kinds are \(Self.names)")
      }
      return kind
    }
  }
}
