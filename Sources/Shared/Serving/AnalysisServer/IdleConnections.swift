internal import NIOCore

/// Closes idle connections, so that a client that stops in the middle of its request, or that
/// doesn't read its answer, doesn't occupy a connection.
final class IdleConnections: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = Any

  /// Seconds without a byte in either direction; more than the longest wait for an answer.
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
