/// Why a file can't be diagnosed as a network of this product.
public struct DiagnosisError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kinds of failure.
  public enum Code: Sendable, Equatable {
    /// The entries are not those of a ResNet18.
    case otherNetwork
    /// A ResNet18, but of a width or with a head that this product doesn't compute.
    case unsupportedNetwork
  }

  /// The kind of failure.
  public let code: Code
  /// What was expected, what was found, and what to try.
  public let description: String

  init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }
}
