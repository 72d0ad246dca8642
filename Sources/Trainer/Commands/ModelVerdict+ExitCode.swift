import ArgumentParser
import Contract

extension ModelVerdict {
  /// Throws the exit code of a command that judged a model, unless the model is sound.
  ///
  /// - Parameter brokenCode: The exit code of a broken model. Trainings pass another one, because 1
  ///   is a training that failed.
  func endCommand(brokenCode: Int32 = 1) throws {
    switch self {
    case .sound: break
    case .broken: throw ExitCode(brokenCode)
    case .cannotTell: throw ExitCode(4)
    }
  }
}
