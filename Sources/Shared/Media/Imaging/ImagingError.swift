/// An error of the `Imaging` module.
package struct ImagingError: Error, Sendable, CustomStringConvertible {
  package enum Code: Sendable, Equatable {
    /// The bytes are not a readable JPEG file.
    case invalidJPEG
    /// The picture is larger than the caller allows.
    case tooLarge
    /// The encoder refused the picture.
    case encodingFailed
  }

  package let code: Code

  /// What failed, expected and got.
  package let message: String

  package var description: String { message }

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }
}
