internal import Collectives
internal import Contract
internal import Foundation
internal import Workers

extension Collective {
  /// What rank 0 computes, on every rank: rank 0 alone has the files.
  ///
  /// - Throws: on rank 0 what `body` throws; on the others a `TrainingRunError` that quotes it, or
  ///   `WorkStopped` as there.
  func fromFirst<Value: Codable>(_ body: () throws -> Value) throws -> Value {
    guard size > 1 else { return try body() }
    guard isFirst else {
      let bytes = try broadcast([UInt8]())
      let answer = try ContractDocument.decode(Answer<Value>.self, from: bytes)
      if answer.isStopped { throw WorkStopped() }
      guard let value = answer.value.first else {
        throw TrainingRunError("rank 0: \(answer.failure ?? "it failed")")
      }
      return value
    }
    let result = Result { try body() }
    var answer = Answer<Value>()
    switch result {
    case .success(let value): answer.value = [value]
    case .failure(is WorkStopped): answer.isStopped = true
    case .failure(let error): answer.failure = "\(error)"
    }
    _ = try broadcast([UInt8](try JSONEncoder().encode(answer)))
    return try result.get()
  }

  /// Lets rank 0 do something that the others wait for.
  func onFirst(_ body: () throws -> Void) throws {
    _ = try fromFirst {
      try body()
      return true
    }
  }

  /// Replaces the values of an array by those of rank 0.
  ///
  /// - Parameter values: as many on every rank.
  func share<Value: BitwiseCopyable>(_ values: inout [Value]) throws {
    guard size > 1 else { return }
    var result: Result<Void, CollectiveError> = .success(())
    values.withUnsafeMutableBytes { bytes in
      result = Result { () throws(CollectiveError) in try broadcast(bytes) }
    }
    try result.get()
  }
}

/// What rank 0 tells the others of its work.
private struct Answer<Value: Codable>: Codable {
  /// One, or none where it failed: an optional value may itself be nil.
  var value: [Value] = []
  var failure: String?
  /// Whether it ended because its observer asked for that.
  var isStopped = false
}
