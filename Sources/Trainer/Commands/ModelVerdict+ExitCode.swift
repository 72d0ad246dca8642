import ArgumentParser
import Contract

extension ModelVerdict {
  /// Ends a command that judged a model, unless it is sound.
  ///
  /// - Parameter brokenCode: the exit code of a broken model; that of a training differs, where 1 is a
  ///   training that failed.
  func endCommand(brokenCode: Int32 = 1) throws {
    switch self {
    case .sound: break
    case .broken: throw ExitCode(brokenCode)
    case .cannotTell: throw ExitCode(4)
    }
  }
}
