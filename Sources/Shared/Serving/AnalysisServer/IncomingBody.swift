internal import Hummingbird
internal import NIOCore
internal import Workers

/// The body of a request, which can be read once.
struct IncomingBody: Sendable {
  private let body: RequestBody
  private let isComplete = Locked(false)

  init(_ request: Request) { body = request.body }

  /// Whether all of it was read.
  var isRead: Bool { isComplete.withLock { $0 } }

  /// Gives each piece to `take`, in their order, as they come.
  func forEach(_ take: (ByteBuffer) throws -> Void) async throws {
    for try await buffer in body { try take(buffer) }
    isComplete.withLock { $0 = true }
  }

  /// All of a short body.
  ///
  /// - Throws: `Problem` where it is longer than `limit` bytes.
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
