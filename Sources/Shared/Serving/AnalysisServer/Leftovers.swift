internal import HTTPTypes
internal import Hummingbird

/// The rest of a request that is refused before it was read.
enum Leftovers {
  /// Largest number of bytes of the rest that are read. A client that reads the answer only after
  /// sending receives it, but none can make the server read for ever.
  private static let mostBytes = 32 << 20
  /// See `mostBytes`.
  private static let mostSeconds = 10.0

  /// Closes the connection before the whole rest is read.
  private struct Unread: Error {}

  /// The response, after which the rest of the request is read and discarded,
  /// or the connection closed.
  ///
  /// - Parameter bytes: Body of the response.
  static func drained(
    _ response: Response, _ bytes: ByteBuffer, rest: IncomingBody
  ) -> Response {
    var response = response
    response.headers[.connection] = "close"
    response.body = ResponseBody(contentLength: bytes.readableBytes) { writer in
      try await writer.write(bytes)
      let start = ContinuousClock.now
      var count = 0
      try await rest.forEach { buffer in
        count += buffer.readableBytes
        let seconds = start.duration(to: .now) / .seconds(1)
        guard count < mostBytes, seconds < mostSeconds else { throw Unread() }
      }
      try await writer.finish(nil)
    }
    return response
  }
}
