/// An error of the `Imaging` module.
package struct ImagingError: Error, Sendable, CustomStringConvertible {
  /// What kind of failure it was.
  package enum Code: Sendable, Equatable {
    /// The bytes are not a readable JPEG file.
    case invalidJPEG
    /// The picture is larger than the caller allows.
    case tooLarge
    /// The encoder refused the picture.
    case encodingFailed
  }

  /// What kind of failure it was.
  package let code: Code

  /// What failed, expected and got.
  package let message: String

  /// The message alone.
  package var description: String { message }

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }
}
