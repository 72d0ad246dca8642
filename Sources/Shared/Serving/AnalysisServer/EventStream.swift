internal import Analyses
internal import Foundation
internal import Hummingbird
internal import NIOCore

/// How far an analysis is, as server-sent events, until nothing follows.
enum EventStream {
  /// Seconds between two signs of life, which proxies and browsers want.
  private static let heartbeatSeconds = 15.0

  /// - Parameters:
  ///   - first: how far it is now.
  ///   - updates: what follows.
  static func response(
    _ first: AnalysisUpdate, then updates: AsyncStream<AnalysisUpdate>
  ) -> Response {
    let body = ResponseBody { writer in
      try await writer.write(event(first))
      if !first.isLast {
        for await update in beating(updates) {
          try await writer.write(update.map(event) ?? ByteBuffer(string: ": \n\n"))
        }
      }
      try await writer.finish(nil)
    }
    return Response(
      status: .ok,
      headers: [
        .contentType: "text/event-stream", .cacheControl: "no-store",
      ], body: body)
  }

  private static func event(_ update: AnalysisUpdate) -> ByteBuffer {
    let data = (try? JSONEncoder().encode(update)) ?? Data("{}".utf8)
    return ByteBuffer(
      string: "event: update\ndata: \(String(decoding: data, as: UTF8.self))\n\n")
  }

  /// The updates, and nil where none came for a while.
  private static func beating(
    _ updates: AsyncStream<AnalysisUpdate>
  ) -> AsyncStream<AnalysisUpdate?> {
    let (stream, continuation) = AsyncStream.makeStream(
      of: AnalysisUpdate?.self, bufferingPolicy: .bufferingNewest(4))
    let task = Task {
      await withTaskGroup(of: Void.self) { group in
        group.addTask {
          for await update in updates { continuation.yield(update) }
          continuation.finish()
        }
        group.addTask {
          while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(heartbeatSeconds))
            continuation.yield(nil)
          }
        }
        await group.next()
        group.cancelAll()
      }
    }
    continuation.onTermination = { _ in task.cancel() }
    return stream
  }
}
