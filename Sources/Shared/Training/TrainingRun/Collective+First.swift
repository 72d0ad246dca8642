internal import Collectives
internal import Contract
internal import Foundation
internal import Workers

extension Collective {
  /// Computes a value on rank 0, which alone has the files, and returns it on every rank.
  ///
  /// - Throws: On rank 0 what `body` throws; on the others a `TrainingRunError` that quotes it, or
  ///   `WorkStopped` if `body` throws that.
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

  /// Runs `body` on rank 0 while the others wait.
  func onFirst(_ body: () throws -> Void) throws {
    _ = try fromFirst {
      try body()
      return true
    }
  }

  /// Replaces the values of an array with those of rank 0.
  ///
  /// - Parameter values: An array of the same length on every rank.
  func share<Value: BitwiseCopyable>(_ values: inout [Value]) throws {
    guard size > 1 else { return }
    var result: Result<Void, CollectiveError> = .success(())
    values.withUnsafeMutableBytes { bytes in
      result = Result { () throws(CollectiveError) in try broadcast(bytes) }
    }
    try result.get()
  }
}

/// The message of rank 0 to the others about its result.
private struct Answer<Value: Codable>: Codable {
  /// One value, or none after a failure. An array, because `Value` may be an optional that is nil.
  var value: [Value] = []
  var failure: String?
  /// Whether the observer stopped the work.
  var isStopped = false
}
