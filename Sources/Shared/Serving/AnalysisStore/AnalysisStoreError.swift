/// A failure in a data folder.
package struct AnalysisStoreError: Error, CustomStringConvertible {
  package enum Code: Sendable {
    /// Another server uses the folder.
    case inUse
    /// The folder can't be used: it is missing, of a newer version, or can't be written to.
    case unusable
    case diskFull
    /// Another failure of the database or of a file.
    case failed
  }

  package let code: Code
  /// What failed and on what; what to try.
  package let message: String

  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  package var description: String { message }
}
