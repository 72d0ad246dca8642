import HTTPSyntax

/// The result of a parser for a body: its parts and the error, independent of the division into
/// pieces.
struct MultipartOutcome: Equatable {
  struct Part: Equatable {
    var part: MultipartPart
    var content: [UInt8] = []
    var isComplete = false
  }

  var parts: [Part] = []
  var error: MultipartError?

  /// Parses a body in pieces that end at these indices, and at its end.
  init(
    _ body: [UInt8], contentType: String, limits: MultipartLimits = MultipartLimits(),
    cuts: [Int] = []
  ) {
    do {
      var parser = MultipartParser(
        boundary: try MultipartBoundary(contentType: contentType), limits: limits)
      var start = 0
      for end in cuts + [body.count] {
        try parser.parse(body.span.extracting(start..<end)) { event in
          switch event {
          case .partBegins(let part): parts.append(Part(part: part))
          case .bytes(let bytes):
            guard !bytes.isEmpty else { throw EmptyPiece() }
            for index in bytes.indices { parts[parts.count - 1].content.append(bytes[index]) }
          case .partEnds: parts[parts.count - 1].isComplete = true
          }
        }
        start = end
      }
      try parser.finish()
    } catch let error as MultipartError {
      self.error = error
    } catch {
      parts = []
    }
  }

  private struct EmptyPiece: Error {}

  /// The bytes of all parts.
  var contentBytes: Int { parts.reduce(0) { $0 + $1.content.count } }
}
