internal import HTTPTypes
internal import Hummingbird

/// What a client still sends when its request is refused.
enum Leftovers {
  /// Most bytes of it that are read: a client that reads its answer only after sending shall get it, but
  /// none can make the server read for ever.
  private static let mostBytes = 32 << 20
  /// See `mostBytes`.
  private static let mostSeconds = 10.0

  /// The connection is closed before all is read.
  private struct Unread: Error {}

  /// The response, after which the rest of the request is read and thrown away, or the connection closed.
  ///
  /// - Parameter bytes: the response's body.
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
