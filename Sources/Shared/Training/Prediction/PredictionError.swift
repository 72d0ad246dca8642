internal import PrintableText

/// Why a model can't be used on videos, or compared.
package struct PredictionError: Error, Sendable, Equatable, CustomStringConvertible {
  package enum Code: Sendable, Equatable {
    /// The file doesn't say how crops are made.
    case missingRecipe
    /// The file says that the model is broken.
    case brokenModel
    /// An array doesn't have the shape of crops or logits.
    case otherShape
  }

  package let code: Code
  /// The file that the error is about.
  package let subject: String
  /// What was expected, what was found, and what to try.
  package let message: String

  /// `subject: message`.
  package var description: String { "\(subject): \(message)".printable }
}
