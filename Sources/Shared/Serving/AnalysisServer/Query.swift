internal import HTTPSyntax
internal import Hummingbird

/// The parameters in the URL of a request, in the encoding of forms: `+` is a space.
struct Query {
  private let fields: FormFields

  /// - Throws: `Problem` if they are too long.
  init(_ request: Request) throws(Problem) {
    guard
      let fields = FormFields(
        urlEncoded: (request.uri.query ?? "").utf8, limit: 64 << 10)
    else {
      throw .malformed("The address is too long.")
    }
    self.fields = fields
  }

  /// A parameter; nil if it is missing.
  subscript(name: String) -> String? { fields[name] }
}
