internal import HTTPSyntax
internal import Hummingbird

/// The parameters in the address of a request, as forms write them: `+` is a blank.
struct Query {
  private let fields: FormFields

  /// - Throws: `Problem` where they are too long.
  init(_ request: Request) throws(Problem) {
    guard
      let fields = FormFields(
        urlEncoded: (request.uri.query ?? "").utf8, limit: 64 << 10)
    else {
      throw .malformed("The address is too long.")
    }
    self.fields = fields
  }

  /// A parameter; nil where it isn't there.
  subscript(name: String) -> String? { fields[name] }
}
