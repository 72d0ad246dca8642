internal import Foundation
internal import Workers

/// Runs cases in worker processes, and knows of each that fails which one it was.
final class FuzzDriver: Sendable {
  /// Cases of a process.
  private static let casesPerProcess = 250

  /// Longest time for a case. One that takes longer is tried once more, alone in its process: the
  /// machine may have been busy.
  private let mostSeconds: Double
  private let seed: UInt64
  /// Where the inputs of failures are kept; nil keeps none and says nothing.
  private let failureFolder: String?
  private let workerCount: Int
  private let memoryMebibytes: Int
  private let folder: String

  init(
    seed: UInt64, failureFolder: String?, workerCount: Int, memoryMebibytes: Int,
    mostSeconds: Double = 20
  ) throws {
    self.mostSeconds = mostSeconds
    self.seed = seed
    self.failureFolder = failureFolder
    self.workerCount = workerCount
    self.memoryMebibytes = memoryMebibytes
    folder =
      FileManager.default.temporaryDirectory.appendingPathComponent(
        "deepfake-fuzz-\(getpid())-\(Int(mostSeconds))"
      )
      .path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  func cleanUp() { try? FileManager.default.removeItem(atPath: folder) }

  /// Runs the cases of one kind.
  func run(_ kind: any FuzzKind, _ numbers: Range<Int>, keepsInput: Bool) throws -> FuzzResult {
    let bases = folder + "/bases-" + kind.name
    try FileManager.default.createDirectory(atPath: bases, withIntermediateDirectories: true)
    try kind.prepare(bases: bases)
    let start = ContinuousClock.now
    let result = Locked(FuzzResult())
    let parts = stride(from: numbers.lowerBound, to: numbers.upperBound, by: Self.casesPerProcess)
      .map { $0..<min($0 + Self.casesPerProcess, numbers.upperBound) }
    let name = kind.name
    try WorkerPool(workerCount: workerCount).forEach(parts) { _ in
      { part in
        var next = part.lowerBound
        while next < part.upperBound {
          next = try self.process(
            name, next..<part.upperBound, bases: bases, keepsInput: keepsInput, result)
        }
      }
    }
    result.withLock { $0.seconds = (ContinuousClock.now - start) / .seconds(1) }
    return result.withLock { $0 }
  }

  /// Runs cases in one process until it ends.
  ///
  /// - Returns: the number of the case to go on with.
  private func process(
    _ kind: String, _ numbers: Range<Int>, bases: String, keepsInput: Bool,
    _ result: Locked<FuzzResult>, isSecondTry: Bool = false
  ) throws -> Int {
    let place = folder + "/worker-\(kind)-\(numbers.lowerBound)-\(isSecondTry)"
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: place) }
    let errors = place + "/stderr"
    let worker = try WorkerProcess(
      [
        "worker", "--kind", kind, "--seed", "\(seed)", "--from", "\(numbers.lowerBound)", "--to",
        "\(numbers.upperBound)", "--bases", bases, "--folder", place, "--memory",
        "\(memoryMebibytes)",
      ], errors: errors)
    var current: Int?
    var next = numbers.lowerBound
    func fail(_ number: Int, _ failure: FailureKind, _ text: String) {
      result.withLock { $0.fail(failure) }
      keep(kind, number, input: place, failure, text)
    }
    while true {
      switch worker.line(seconds: mostSeconds + (current == nil ? 60 : 0)) {
      case .text(let line):
        let words = line.split(separator: " ", maxSplits: 3).map(String.init)
        guard words.count >= 2, let number = Int(words[1]) else { continue }
        if words[0] == "start" {
          current = number
          continue
        }
        if words[0] == "failed" {
          fail(
            number, FailureKind(rawValue: words.count > 2 ? words[2] : "") ?? .crash,
            words.count > 3 ? words[3] : "")
        } else {
          result.withLock { $0.count(words[0]) }
          if keepsInput {
            keep(kind, number, input: place, nil, words.dropFirst(2).joined(separator: " "))
          }
        }
        current = nil
        next = number + 1
      case .end:
        guard let ending = worker.wait() else { return next }
        let text = (try? String(contentsOfFile: errors, encoding: .utf8)) ?? ""
        guard let current else {
          throw FuzzError("a worker of \(kind) can't work: \(ending): \(text.suffix(2000))")
        }
        fail(current, .crash, ending + ": " + text.prefix(1500))
        return current + 1
      case .timeOut:
        worker.kill()
        _ = worker.wait()
        guard let current else { throw FuzzError("a worker of \(kind) doesn't begin") }
        if isSecondTry {
          fail(current, .hang, "more than \(mostSeconds) s")
        } else {
          _ = try process(
            kind, current..<current + 1, bases: bases, keepsInput: keepsInput, result,
            isSecondTry: true)
        }
        return current + 1
      }
    }
  }

  /// Keeps the input of a case and says so.
  private func keep(
    _ kind: String, _ number: Int, input: String, _ failure: FailureKind?, _ text: String
  ) {
    guard let failureFolder else { return }
    let target = failureFolder + "/\(kind)-\(seed)-\(number)"
    let command = "scripts/fuzz --only \(kind) --seed \(seed) --case \(number)"
    try? FileManager.default.removeItem(atPath: target)
    try? FileManager.default.createDirectory(
      atPath: failureFolder, withIntermediateDirectories: true)
    try? FileManager.default.copyItem(atPath: input, toPath: target)
    let words = failure.map { "FAILED: \($0.rawValue): " } ?? "no failure: "
    let report = "\(command)\n\(words)\(text)\n"
    try? Data(report.utf8).write(to: URL(fileURLWithPath: target + "/report.txt"))
    Lines.write(
      "\(kind) \(number): \(words)\(text.prefix(600))\n  \(command); input: \(target)/input")
  }
}

extension FuzzDriver {
  /// Makes sure that failures of all kinds are seen.
  static func checkItself() throws {
    let driver = try FuzzDriver(
      seed: 1, failureFolder: nil, workerCount: 1, memoryMebibytes: SelfKind.memoryMebibytes,
      mostSeconds: 6)
    defer { driver.cleanUp() }
    let kind = SelfKind()
    let result = try driver.run(kind, 0..<kind.longRuns, keepsInput: false)
    let words = ["accepted": result.accepted, "refused": result.refused, "found": result.found]
    guard words == SelfKind.expected.words, result.failures == SelfKind.expected.failures else {
      throw FuzzError("the fuzzer doesn't see failures as it should: \(words), \(result.failures)")
    }
  }
}

struct FuzzError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
