import Analyses
import HTTPTypes
import Hummingbird
import NIOCore
import Testing

@testable import AnalysisServer

/// A request of a client.
func request(
  _ method: HTTPRequest.Method, _ path: String, host: String = "127.0.0.1:8080",
  _ headers: HTTPFields = [:]
) -> Request {
  Request(
    head: HTTPRequest(
      method: method, scheme: "http", authority: host, path: path, headerFields: headers),
    body: RequestBody(buffer: ByteBuffer()))
}

@Suite struct RouteTests {
  private static let id = "abcdefghijklmnopqrstuvwxyz"

  private func status(_ method: HTTPRequest.Method, _ path: String) -> Int {
    do throws(Problem) {
      _ = try Route(request(method, path))
      return 200
    } catch {
      return error.status.code
    }
  }

  @Test func addressesLeadWhereTheyShould() throws {
    let id = try #require(AnalysisID(Self.id))
    let cases: [(HTTPRequest.Method, String, Route)] = [
      (.get, "/", .home), (.head, "/", .home), (.get, "/?q=a", .home),
      (.post, "/analyses", .upload), (.get, "/analyses/\(id)", .page(id)),
      (.post, "/analyses/\(id)/delete", .deletePage(id)),
      (.get, "/api/analyses", .list), (.post, "/api/analyses?name=x", .add),
      (.get, "/api/analyses/\(id)", .analysis(id)), (.delete, "/api/analyses/\(id)", .delete(id)),
      (.get, "/api/analyses/\(id)/events", .events(id)),
      (.get, "/api/analyses/\(id)/frames/0.jpg?heat=1", .frame(id, 0)),
      (.get, "/api/analyses/\(id)/frames/31.jpg", .frame(id, 31)),
      (.get, "/api/analyses/\(id)/video", .video(id)), (.get, "/metrics", .metrics),
      (.get, "/health/ready", .health(isReady: true)), (.post, "/predict", .predict),
      (.get, "/assets/app.js", .asset("app.js")),
    ]
    for (method, path, expected) in cases {
      #expect(try Route(request(method, path)) == expected, "\(method) \(path)")
    }
  }

  @Test(arguments: [
    "//", "/analyses/", "/analyses/../etc/passwd", "/api", "/api/", "/api/analyses/",
    "/api/analyses/x", "/assets/", "/assets/a/b", "/analyses/abcdefghijklmnopqrstuvwxyz/",
    "/api/analyses/abcdefghijklmnopqrstuvwxyz/frames/",
    "/api/analyses/abcdefghijklmnopqrstuvwxyz/frames/01.jpg",
    "/api/analyses/abcdefghijklmnopqrstuvwxyz/frames/-1.jpg",
    "/api/analyses/abcdefghijklmnopqrstuvwxyz/frames/99999999999999999999.jpg",
    "/api/analyses/abcdefghijklmnopqrstuvwxyz/frames/1.png",
    "/api/analyses/abcdefghijklmnopqrstuvwxyz/frames/..%2f..%2fupload.jpg",
    "/api/analyses/abcdefghijklmnopqrstuvwxyz/upload", "/index.html",
  ])
  func nothingElseIsThere(_ path: String) {
    #expect(status(.get, path) == 404)
  }

  @Test func otherMethodsAreNamed() {
    #expect(status(.put, "/") == 405)
    #expect(status(.get, "/predict") == 405)
    #expect(status(.patch, "/api/analyses/\(Self.id)") == 405)
    let problem = #expect(throws: Problem.self) {
      try Route(request(.put, "/api/analyses/\(Self.id)"))
    }
    #expect(problem?.headers[.allow] == "GET, DELETE, HEAD")
  }
}
