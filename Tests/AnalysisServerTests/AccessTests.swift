import HTTPTypes
import Hummingbird
import Testing

@testable import AnalysisServer

@Suite struct AccessTests {
  private static let token = "0123456789abcdef"

  private func access(tokens: [String] = [], names: [String] = []) -> Access {
    var settings = ServerSettings(dataPath: "", workerExecutable: "", workerArguments: [])
    settings.tokens = tokens
    settings.publicNames = names
    return Access(settings)
  }

  @Test(arguments: [
    "localhost", "localhost:8080", "127.0.0.1", "127.0.0.1:80", "[::1]:8080", "192.168.1.7:8080",
    "fakes.example.org", "FAKES.example.org.:443",
  ])
  func itsNamesAreTaken(_ host: String) throws {
    _ = try access(names: ["fakes.example.org"]).checkedHost(request(.get, "/", host: host))
  }

  @Test(arguments: [
    "evil.example", "evil.example:8080", "fakes.example.org.evil.example", "localhost.evil.example",
    "xn--localhost-", "127.0.0.1.evil.example",
  ])
  func aNameThatIsPointedHereIsRefused(_ host: String) {
    let problem = #expect(throws: Problem.self) {
      try access(names: ["fakes.example.org"]).checkedHost(request(.get, "/", host: host))
    }
    #expect(problem?.status == .misdirectedRequest)
  }

  @Test func pagesOfOthersSendNothing() throws {
    let access = access()
    func isTaken(_ headers: HTTPFields, _ method: HTTPRequest.Method = .post) throws -> Bool {
      let request = request(method, "/analyses", headers)
      let host = try access.checkedHost(request)
      do throws(Problem) {
        try access.checkSameSite(request, host)
        return true
      } catch {
        return false
      }
    }
    #expect(try isTaken([:]))
    #expect(try isTaken([.origin: "http://127.0.0.1:8080"]))
    #expect(try isTaken([.secFetchSite: "same-origin", .origin: "http://127.0.0.1:8080"]))
    #expect(try isTaken([.secFetchSite: "none"]))
    #expect(try !isTaken([.origin: "http://127.0.0.1:9090"]))
    #expect(try !isTaken([.origin: "https://evil.example"]))
    #expect(try !isTaken([.origin: "null"]))
    #expect(try !isTaken([.secFetchSite: "cross-site"]))
    #expect(try !isTaken([.secFetchSite: "same-site"]))
    #expect(try isTaken([.secFetchSite: "cross-site"], .get))
    #expect(try !isTaken([.origin: "https://evil.example"], .delete))
  }

  @Test func tokensAndSessions() throws {
    let access = access(tokens: [Self.token, "another token of a client"])
    #expect(access.isRestricted)
    func isAllowed(_ headers: HTTPFields) -> Bool { access.isAllowed(request(.get, "/", headers)) }
    #expect(!isAllowed([:]))
    #expect(isAllowed([.authorization: "Bearer \(Self.token)"]))
    #expect(isAllowed([.authorization: "bearer another token of a client"]))
    #expect(!isAllowed([.authorization: "Bearer \(Self.token)x"]))
    #expect(!isAllowed([.authorization: "Bearer "]))
    #expect(!isAllowed([.authorization: "Basic \(Self.token)"]))

    let cookie = access.login(isSecure: true)
    #expect(cookie.contains("HttpOnly; SameSite=Strict") && cookie.hasSuffix("; Secure"))
    let pair = try #require(cookie.split(separator: ";").first)
    #expect(isAllowed([.cookie: "a=b; \(pair)"]))
    #expect(!isAllowed([.cookie: "\(pair)0"]))
    let out = access.logout(request(.post, "/logout", [.cookie: String(pair)]))
    #expect(out.contains("Max-Age=0"))
    #expect(!isAllowed([.cookie: String(pair)]))
  }

  @Test func withoutTokensAllAreAllowed() {
    #expect(access().isAllowed(request(.get, "/")))
  }
}
