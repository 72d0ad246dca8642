internal import Files
internal import HTTPSyntax
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// A response with a file, or with the part of it that a `Range` header requests, in small pieces.
struct FileResponse {
  let path: String
  let type: String
  /// Whether clients may request parts of the file.
  var hasRanges = false
  /// Name under which a browser saves the file; nil if the browser shows it.
  var attachment: String?

  /// Bytes of a piece. The connection of a client that doesn't take one within
  /// `IdleConnections.seconds` is closed.
  private static let pieceBytes = 64 << 10

  /// - Parameter range: The `Range` header.
  func response(range: String?) throws -> Response {
    let file: OpenFile
    do throws(FileError) {
      file = try OpenFile(path, .read)
    } catch {
      throw Problem.notFound
    }
    let size = file.length
    var headers: HTTPFields = [
      .contentType: type, .cacheControl: "private, max-age=3600",
    ]
    if hasRanges { headers[.acceptRanges] = "bytes" }
    if let attachment {
      headers[.contentDisposition] = ContentDisposition(attachment: attachment).headerValue
    }
    let part: Range<Int>
    var status = HTTPResponse.Status.ok
    switch ByteRange(header: range, size: size) {
    case .whole: part = 0..<size
    case .part(let asked):
      part = asked
      status = .partialContent
      headers[.contentRange] = "bytes \(asked.lowerBound)-\(asked.upperBound - 1)/\(size)"
    case .unsatisfiable:
      return Response(
        status: .rangeNotSatisfiable,
        headers: [.contentRange: "bytes */\(size)", .contentLength: "0"])
    }
    let reader = FileReader(file)
    let body = ResponseBody(contentLength: part.count) { writer in
      var offset = part.lowerBound
      while offset < part.upperBound {
        let piece = try reader.read(
          count: min(Self.pieceBytes, part.upperBound - offset), at: offset)
        // The file was truncated meanwhile, so the promised length can't be sent.
        guard !piece.isEmpty else { throw Problem.notFound }
        try await writer.write(ByteBuffer(bytes: piece))
        offset += piece.count
      }
      try await writer.finish(nil)
    }
    return Response(status: status, headers: headers, body: body)
  }
}

/// A file that one response reads.
private final class FileReader: Sendable {
  private let file: OpenFile

  init(_ file: consuming OpenFile) { self.file = file }

  func read(count: Int, at offset: Int) throws -> [UInt8] {
    try file.read(count: count, at: offset)
  }
}
