/// An error of the `Imaging` module.
public struct ImagingError: Error, Sendable, CustomStringConvertible {
  /// What kind of failure it was.
  public enum Code: Sendable, Equatable {
    /// The bytes are not a readable JPEG file.
    case invalidJPEG
    /// The picture is larger than the caller allows.
    case tooLarge
    /// The encoder refused the picture.
    case encodingFailed
  }

  /// What kind of failure it was.
  public let code: Code

  /// What failed, expected and got.
  public let message: String

  /// The message alone.
  public var description: String { message }

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }
}
