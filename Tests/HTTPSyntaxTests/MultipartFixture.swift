import Testing

/// The body of a real client.
struct MultipartFixture: CustomTestStringConvertible, Sendable {
  struct Expected: Sendable {
    var name: String
    var fileName: String?
    var contentType: String?
    var content: [UInt8]
  }

  var client: String
  var contentType: String
  var body: [UInt8]
  var expected: [Expected]

  var testDescription: String { client }

  static let all = [curl, olderCurl, chromium, firefox, requests, chromiumWithoutFields]

  /// curl 7.88: `-F note=hello -F 'file=@q"u\o.mp4;type=video/mp4'`. Since 7.81 it writes names as
  /// browsers do.
  static let curl = MultipartFixture(
    client: "curl 7.88",
    contentType: "multipart/form-data; boundary=------------------------acb3975420f2eb74",
    body: Array(
      """
      --------------------------acb3975420f2eb74\r
      Content-Disposition: form-data; name="note"\r
      \r
      hello\r
      --------------------------acb3975420f2eb74\r
      Content-Disposition: form-data; name="file"; filename="q%22u\\o.mp4"\r
      Content-Type: video/mp4\r
      \r
      ab\r
      --c\0
      """.utf8) + [0xFF]
      + Array("\r\n--------------------------acb3975420f2eb74--\r\n".utf8),
    expected: [
      Expected(name: "note", content: Array("hello".utf8)),
      Expected(
        name: "file", fileName: "q\"u\\o.mp4", contentType: "video/mp4",
        content: Array("ab\r\n--c\0".utf8) + [0xFF]),
    ])

  /// curl before 7.81 escapes with backslashes.
  static let olderCurl = MultipartFixture(
    client: "curl 7.68",
    contentType: "multipart/form-data; boundary=------------------------d74496d66958873e",
    body: Array(
      """
      --------------------------d74496d66958873e\r
      Content-Disposition: form-data; name="file"; filename="q\\"u\\\\o.mp4"\r
      Content-Type: application/octet-stream\r
      \r
      x\r
      --------------------------d74496d66958873e--\r

      """.utf8),
    expected: [
      Expected(
        name: "file", fileName: "q\"u\\o.mp4", contentType: "application/octet-stream",
        content: [0x78])
    ])

  /// Chromium 156, `FormData` of a text and two files, one of them empty.
  static let chromium = MultipartFixture(
    client: "Chromium 156",
    contentType: "multipart/form-data; boundary=----WebKitFormBoundaryX9VBxVxpBdWly9OF",
    body: Array(
      """
      ------WebKitFormBoundaryX9VBxVxpBdWly9OF\r
      Content-Disposition: form-data; name="note%22s"\r
      \r
      a\r
      b\r
      ------WebKitFormBoundaryX9VBxVxpBdWly9OF\r
      Content-Disposition: form-data; name="file"; filename="say %22hi%22 – ü\\x.mp4"\r
      Content-Type: video/mp4\r
      \r

      """.utf8) + [0x00, 0xFF, 0x0D, 0x0A, 0x2D, 0x2D]
      + Array(
        """
        \r
        ------WebKitFormBoundaryX9VBxVxpBdWly9OF\r
        Content-Disposition: form-data; name="file"; filename="empty.bin"\r
        Content-Type: application/octet-stream\r
        \r
        \r
        ------WebKitFormBoundaryX9VBxVxpBdWly9OF--\r

        """.utf8),
    expected: [
      Expected(name: "note\"s", content: Array("a\r\nb".utf8)),
      Expected(
        name: "file", fileName: "say \"hi\" – ü\\x.mp4", contentType: "video/mp4",
        content: [0x00, 0xFF, 0x0D, 0x0A, 0x2D, 0x2D]),
      Expected(
        name: "file", fileName: "empty.bin", contentType: "application/octet-stream", content: []),
    ])

  /// Chromium with an empty `FormData`.
  static let chromiumWithoutFields = MultipartFixture(
    client: "Chromium, no fields",
    contentType: "multipart/form-data; boundary=----WebKitFormBoundaryrP9KMdqvGPU2dVHA",
    body: Array("------WebKitFormBoundaryrP9KMdqvGPU2dVHA--\r\n".utf8), expected: [])

  /// Firefox, a form whose user chose no file for the second field.
  static let firefox = MultipartFixture(
    client: "Firefox",
    contentType:
      "multipart/form-data; boundary=---------------------------318426143134570983692406493587",
    body: Array(
      """
      -----------------------------318426143134570983692406493587\r
      Content-Disposition: form-data; name="file"; filename="Grüße %22a%22.png"\r
      Content-Type: image/png\r
      \r
      \u{89}PNG\r
      \u{1A}
      \r
      -----------------------------318426143134570983692406493587\r
      Content-Disposition: form-data; name="other"; filename=""\r
      Content-Type: application/octet-stream\r
      \r
      \r
      -----------------------------318426143134570983692406493587--\r

      """.utf8),
    expected: [
      Expected(
        name: "file", fileName: "Grüße \"a\".png", contentType: "image/png",
        content: Array("\u{89}PNG\r\n\u{1A}\n".utf8)),
      Expected(
        name: "other", fileName: "", contentType: "application/octet-stream", content: []),
    ])

  /// Python's requests 2.34 with urllib3 2: `data={"note": "hi"}`, two files.
  static let requests = MultipartFixture(
    client: "Python requests 2.34",
    contentType: "multipart/form-data; boundary=c7739c68b8487255ef8d2d6c216c061c",
    body: Array(
      """
      --c7739c68b8487255ef8d2d6c216c061c\r
      Content-Disposition: form-data; name="note"\r
      \r
      hi\r
      --c7739c68b8487255ef8d2d6c216c061c\r
      Content-Disposition: form-data; name="file"; filename="grüß%22e.mp4"\r
      Content-Type: video/mp4\r
      \r
      \0\u{1}\r
      xyz\r
      --c7739c68b8487255ef8d2d6c216c061c\r
      Content-Disposition: form-data; name="b"; filename="plain.bin"\r
      \r
      \r
      --c7739c68b8487255ef8d2d6c216c061c--\r

      """.utf8),
    expected: [
      Expected(name: "note", content: Array("hi".utf8)),
      Expected(
        name: "file", fileName: "grüß\"e.mp4", contentType: "video/mp4",
        content: Array("\0\u{1}\r\nxyz".utf8)),
      Expected(name: "b", fileName: "plain.bin", content: []),
    ])
}
