internal import Files

extension TorchFileError {
  /// The error of a file that could not be read.
  init(reading error: FileError) {
    let message = error.messageWithAdvice + (error.cause.map { ": \($0)" } ?? "")
    switch error.code {
    case .tooLarge:
      self.init(.limitExceeded, file: error.subject, message)
    case .malformed, .duplicate, .foreign:
      let place = error.place?.offset.map { "at byte \($0)" }
      self.init(.malformed, file: error.subject, place: place, error.message)
    case .missing, .taken, .inputOutput, .noSpace, .notAFile:
      self.init(.unreadable, file: error.subject, message)
    }
  }

  /// The error of a file that could not be written.
  init(writing error: FileError) {
    var message = error.message + (error.cause.map { ": \($0)" } ?? "")
    if let advice = error.advice { message += "; " + advice }
    if error.code == .missing { message += "; does its folder exist?" }
    self.init(.unwritable, file: error.subject, message)
  }
}

/// Reads a whole regular file of at most `maximumSize` bytes.
func readFileBytes(_ path: String, maximumSize: Int) throws(TorchFileError) -> [UInt8] {
  do {
    return try FileSystem.contents(of: path, maximumBytes: maximumSize)
  } catch {
    throw TorchFileError(reading: error)
  }
}

/// Writes what `body` appends, atomically.
func writeFile(
  _ path: String, _ body: (inout OpenFile) throws(FileError) -> Void
) throws(TorchFileError) {
  do {
    try AtomicFile.write(to: path, body)
  } catch {
    throw TorchFileError(writing: error)
  }
}
