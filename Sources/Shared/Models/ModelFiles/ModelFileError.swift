internal import PrintableText
internal import TensorFiles

/// Why a model or checkpoint could not be read, written or used.
package struct ModelFileError: Error, Sendable, Equatable, CustomStringConvertible {
  package enum Code: Sendable, Equatable {
    /// The file could not be read or written, or is damaged.
    case file
    /// The file asks Python to run code. None of it was run.
    case forbiddenCode
    /// The file is intact, but its entries are not those of the network.
    case otherNetwork
    /// A ResNet18, but of a width or with a head that this product doesn't compute.
    case unsupportedNetwork
    /// The file is intact, but comes from another program: it holds no weights, or not in a form
    /// that is read here. The message says how to get them.
    case foreignFile
    /// The file is intact, but is no checkpoint or model of this product, or has no tensors.
    case otherContent
    /// There is no file of this kind.
    case missing
  }

  package let code: Code
  /// The file or folder.
  package let subject: String
  /// What was expected, what was found, and what to try.
  package let message: String

  package init(_ code: Code, subject: String, _ message: String) {
    self.code = code
    self.subject = subject
    self.message = message
  }

  /// `subject: message`.
  package var description: String { "\(subject): \(message)".printable }
}

extension ModelFileError {
  init(_ error: TorchFileError) {
    let place = error.place.map { $0 + ": " } ?? ""
    let code: Code =
      switch error.code {
      case .forbiddenGlobal: .forbiddenCode
      case .containerNotFound: .otherContent
      case .foreignFile: .foreignFile
      default: .file
      }
    self.init(code, subject: error.file, place + error.message)
  }
}
