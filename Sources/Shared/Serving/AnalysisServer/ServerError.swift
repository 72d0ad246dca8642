/// Why a server can't start or continue.
package struct ServerError: Error, CustomStringConvertible {
  package enum Code: Sendable {
    /// No worker process can work: the model or the weights can't be read there.
    case workersUnusable
    /// The server can't listen on the address.
    case addressUnusable
    /// A worker wrote something that no worker of this program writes.
    case foreignAnswer
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
