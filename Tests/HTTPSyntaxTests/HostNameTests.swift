import HTTPSyntax
import Testing

@Suite struct HostNameTests {
  @Test(
    arguments: [
      ("example.org", "example.org", nil), ("Example.ORG:8080", "example.org", 8080),
      ("example.org.", "example.org", nil), ("example.org.:80", "example.org", 80),
      ("a_b.example", "a_b.example", nil), ("xn--bcher-kva.example", "xn--bcher-kva.example", nil),
      ("host:", "host", nil), ("host:0", "host", 0), ("host:65535", "host", 65_535),
      (" host ", "host", nil), ("3com.com", "3com.com", nil),
      ("1.2.3.4.example", "1.2.3.4.example", nil),
      ("0xg", "0xg", nil),
      (String(repeating: "a", count: 63), String(repeating: "a", count: 63), nil),
    ] as [(String, String, Int?)])
  func names(_ header: String, _ name: String, _ port: Int?) {
    let host = HostName(header: header)
    #expect(host?.name == name)
    #expect(host?.port == port)
    #expect(host?.isIPAddress == false)
  }

  @Test(
    arguments: [
      ("1.2.3.4:80", "1.2.3.4", 80), ("255.255.255.255", "255.255.255.255", nil),
      ("1.2.3.4.", "1.2.3.4", nil), ("[::1]:80", "::1", 80), ("[::]", "::", nil),
      ("[2001:DB8:0:0:0:0:0:1]", "2001:db8::1", nil), ("[1:0:0:2:0:0:0:3]:1", "1:0:0:2::3", 1),
      ("[1:2:3:4:5:6:7:8]", "1:2:3:4:5:6:7:8", nil), ("[1::]", "1::", nil),
      ("[1:0:3:4:5:6:7:8]", "1:0:3:4:5:6:7:8", nil), ("[::ffff:1.2.3.4]", "::ffff:102:304", nil),
      ("[1:2:3:4:5:6:7::]", "1:2:3:4:5:6:7:0", nil),
    ] as [(String, String, Int?)])
  func addresses(_ header: String, _ name: String, _ port: Int?) {
    let host = HostName(header: header)
    #expect(host?.name == name)
    #expect(host?.port == port)
    #expect(host?.isIPAddress == true)
  }

  @Test(arguments: [
    "", ".", ":80", "a..b", ".a", "a b", "a/b", "a@b", "a:b", "a:80:80", "a:65536", "a:+1", "a:-1",
    "a:99999999999999999999", "ü.example", "a%41", "a\0", "a\r\nb", "a,b", "[::1", "::1", "[::1]80",
    "[]", "[1]", "[1:2:3:4:5:6:7]", "[1:2:3:4:5:6:7:8:9]", "[1::2::3]", "[:::]", "[12345::]",
    "[fe80::1%eth0]", "[::1.2.3]", "[1.2.3.4::]", "[1:2:3:4:5:6:7:1.2.3.4]", "[::1]x", "[+1::]",
    "[1:2:3:4::5:6:7:8]",
    // Resolvers read these as addresses in other notations.
    "127.1", "2130706433", "0x7f.1", "0177.0.0.1", "256.0.0.1", "1.2.3.4.5", "a.1", "0x7f000001",
    String(repeating: "a", count: 64), String(repeating: "a.", count: 127) + "b",
    String(repeating: "a", count: 10_000),
  ])
  func others(_ header: String) { #expect(HostName(header: header) == nil) }

  @Test(arguments: [
    ("localhost", true), ("LOCALHOST:80", true), ("localhost.", true), ("a.localhost", true),
    ("127.0.0.1", true), ("127.255.1.2:9", true), ("[::1]", true), ("[0:0:0:0:0:0:0:1]:1", true),
    ("localhost.example", false), ("notlocalhost", false), ("128.0.0.1", false), ("[::]", false),
    ("[::2]", false), ("0.0.0.0", false), ("127.0.0.1.example", false), ("[::ffff:8.8.8.8]", false),
  ])
  func loopback(_ header: String, _ expected: Bool) {
    #expect(HostName(header: header)?.isLoopback == expected)
  }
}
