/// A reason why a video gets no verdict.
package struct Doubt: Codable, Sendable, Equatable {
  /// The kind of a reason.
  package enum Code: String, Codable, Sendable, CaseIterable {
    /// No face was found, or none was kept.
    case noFace
    /// A face was seen in too few pictures.
    case facesTooRare
    /// The faces have too few pixels.
    case facesTooSmall
    /// The faces are too blurred.
    case facesTooBlurred
    /// The faces are too dark.
    case facesTooDark
    /// The video has too few pictures.
    case tooShort
    /// Too much of the file can't be read.
    case damaged
    /// The probability lies between the model's bounds.
    case betweenBounds
    /// The network's output isn't a finite number.
    case noNumber
  }

  package let code: Code
  /// The reason as part of a sentence, with what was found: `the faces are too small (median 18
  /// pixels)`.
  package let text: String

  package init(_ code: Code, _ text: String) {
    self.code = code
    self.text = text
  }
}
