internal import HTTPTypes
internal import NIOCore
internal import NIOHTTPTypes

/// Parts of HTTP/1.1 that Hummingbird leaves out: answers `100 Continue` to clients that ask before
/// they send a body, and reads `Connection: close` in any case and in lists of options.
final class RequestHeadHandler: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundOut = HTTPResponsePart

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard case .head(var head) = unwrapInboundIn(data) else {
      return context.fireChannelRead(data)
    }
    if head.headerFields[.expect]?.lowercased() == "100-continue" {
      context.writeAndFlush(
        wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
    }
    let options = head.headerFields[.connection]?.lowercased().split(separator: ",")
    if options?.contains(where: { $0.filter { $0 != " " } == "close" }) == true {
      head.headerFields[.connection] = "close"
    }
    context.fireChannelRead(wrapInboundOut(.head(head)))
  }
}
