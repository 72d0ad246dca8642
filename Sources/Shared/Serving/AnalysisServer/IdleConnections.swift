internal import NIOCore

/// Closes a connection on which nothing moves: a client that stops in the middle of its request, or that
/// doesn't take its answer, shall not hold what others need.
final class IdleConnections: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = Any

  /// Seconds without a byte in either direction; longer than any answer is waited for.
  static func seconds(_ settings: ServerSettings) -> Int64 {
    max(Int64(settings.answerLimitSeconds) + 30, 90)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if event is IdleStateHandler.IdleStateEvent {
      context.close(promise: nil)
    } else {
      context.fireUserInboundEventTriggered(event)
    }
  }
}
