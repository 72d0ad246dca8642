internal import AnalysisPages
internal import AnalysisStore
internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// Why a request failed, as problem details of RFC 9457.
struct Problem: Error {
  let status: HTTPResponse.Status
  /// An identifier for programs.
  let code: String
  /// What failed, expected and got, and what to try.
  let detail: String
  /// Additional headers, for instance `Retry-After`.
  var headers: HTTPFields = [:]

  init(
    _ status: HTTPResponse.Status, _ code: String, _ detail: String, headers: HTTPFields = [:]
  ) {
    self.status = status
    self.code = code
    self.detail = detail
    self.headers = headers
  }

  static let notFound = Problem(.notFound, "not-found", "There is nothing at this address.")

  static let diskFull = Problem(
    HTTPResponse.Status(code: 507, reasonPhrase: "Insufficient Storage"), "disk-full",
    "The disk of the server is full. Nothing was kept of this request; try again later.")

  static func tooLarge(limit: Int) -> Problem {
    Problem(
      .contentTooLarge, "too-large", "A file may have at most \(PageText.bytes(limit)).")
  }

  /// A request that can't be understood.
  static func malformed(_ detail: String) -> Problem { Problem(.badRequest, "malformed", detail) }

  /// A failure of the store.
  init(_ error: AnalysisStoreError) {
    if error.code == .diskFull {
      self = .diskFull
    } else {
      self.init(
        .serviceUnavailable, "store", "The server can't read or write its data now.",
        headers: [.retryAfter: "10"])
    }
  }

  private struct Document: Encodable {
    let type: String
    let title: String
    let status: Int
    let detail: String
    let code: String
  }

  /// The document for programs.
  var json: [UInt8] {
    Response.encoded(
      Document(
        type: "about:blank", title: status.reasonPhrase, status: status.code, detail: detail,
        code: code))
  }
}

extension Response {
  /// A value as JSON.
  static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) -> Response {
    .bytes(encoded(value), "application/json", status: status)
  }

  /// A value as bytes of JSON.
  static func encoded(_ value: some Encodable) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return [UInt8]((try? encoder.encode(value)) ?? Data("{}".utf8))
  }

  static func bytes(
    _ bytes: [UInt8], _ type: String, status: HTTPResponse.Status = .ok
  ) -> Response {
    var response = Response(
      status: status, headers: [.contentType: type],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    response.headers[.contentLength] = "\(bytes.count)"
    return response
  }

  static func page(_ html: String, status: HTTPResponse.Status = .ok) -> Response {
    .bytes(Array(html.utf8), "text/html; charset=utf-8", status: status)
  }

  /// Redirects a browser to another page of this server.
  static func seeOther(_ path: String) -> Response {
    Response(status: .seeOther, headers: [.location: path, .contentLength: "0"])
  }
}
