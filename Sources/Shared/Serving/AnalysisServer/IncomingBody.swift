internal import Hummingbird
internal import NIOCore
internal import Workers

/// The body of a request, which can be read once.
struct IncomingBody: Sendable {
  private let body: RequestBody
  private let isComplete = Locked(false)
  private let hasFailed = Locked(false)

  init(_ request: Request) { body = request.body }

  /// Whether the whole body was read.
  var isRead: Bool { isComplete.withLock { $0 } }

  /// Whether the body is malformed or incomplete, which is an error of the client.
  var isBroken: Bool { hasFailed.withLock { $0 } }

  /// Calls `take` with each piece, in order, as it arrives.
  func forEach(_ take: (ByteBuffer) throws -> Void) async throws {
    var pieces = body.makeAsyncIterator()
    while let buffer = try await next(&pieces) { try take(buffer) }
    isComplete.withLock { $0 = true }
  }

  private func next(_ pieces: inout RequestBody.AsyncIterator) async throws -> ByteBuffer? {
    do {
      return try await pieces.next()
    } catch {
      hasFailed.withLock { $0 = true }
      throw error
    }
  }

  /// Reads the whole body.
  ///
  /// - Throws: `Problem` if it is longer than `limit` bytes.
  func bytes(atMost limit: Int) async throws -> [UInt8] {
    var bytes: [UInt8] = []
    try await forEach { buffer in
      guard bytes.count + buffer.readableBytes <= limit else {
        throw Problem.tooLarge(limit: limit)
      }
      bytes += buffer.readableBytesView
    }
    return bytes
  }
}
