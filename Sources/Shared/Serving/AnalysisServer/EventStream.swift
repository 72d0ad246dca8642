internal import Analyses
internal import Foundation
internal import Hummingbird
internal import NIOCore

/// Progress of an analysis as server-sent events, until the last update.
enum EventStream {
  /// Seconds between two comments that keep the connection open in proxies and browsers.
  private static let heartbeatSeconds = 15.0

  /// - Parameters:
  ///   - first: The current state.
  ///   - updates: The updates that follow.
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

  /// The updates, with a nil every `heartbeatSeconds`.
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
