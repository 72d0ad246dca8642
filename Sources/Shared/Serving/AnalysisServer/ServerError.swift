/// Why a server can't start or go on.
package struct ServerError: Error, CustomStringConvertible {
  /// What kind of failure it is.
  package enum Code: Sendable {
    /// No worker process can work: the model or the weights can't be read there.
    case workersUnusable
    /// The address can't be listened on.
    case addressUnusable
    /// A worker wrote what none of ours writes.
    case foreignAnswer
    /// A setting is refused.
    case unsafe
  }

  package let code: Code
  /// What failed, and what to try.
  package let message: String

  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  package var description: String { message }
}
