import HTTPSyntax
import Testing

@Suite struct MultipartBoundaryTests {
  @Test(
    arguments: [
      ("multipart/form-data; boundary=abc", "abc"),
      ("Multipart/Form-Data;BOUNDARY=aBc", "aBc"),
      (" multipart/form-data ; charset=utf-8; boundary=\"a b\" ; x=y", "a b"),
      ("multipart/form-data; boundary=\"a;b\"", nil),
      (
        "multipart/form-data; boundary=\"gc0p4Jq0M:2Yt08j34c0p'()+_,-./:=?\"",
        "gc0p4Jq0M:2Yt08j34c0p'()+_,-./:=?"
      ),
      ("multipart/form-data; boundary=a=b", "a=b"),
      (
        "multipart/form-data; boundary=" + String(repeating: "x", count: 70),
        String(repeating: "x", count: 70)
      ),
      ("multipart/form-data; boundary=" + String(repeating: "x", count: 71), nil),
      ("multipart/form-data; boundary=", nil), ("multipart/form-data; boundary=\"\"", nil),
      ("multipart/form-data; boundary=\"a \"", nil), ("multipart/form-data; boundary=\"a", nil),
      ("multipart/form-data; boundary=ü", nil), ("multipart/form-data; boundary=a\r\nb", nil),
      ("multipart/form-data; boundary=a@b", nil), ("multipart/form-data; boundary=\"a\\\"b\"", nil),
      ("multipart/form-data; boundary=a; boundary=b", nil), ("multipart/form-data", nil),
      ("multipart/form-data; x=y", nil), ("multipart/form-data; boundary", nil),
      ("multipart/form-data boundary=a", nil),
    ] as [(String, String?)])
  func boundaries(_ contentType: String, _ expected: String?) {
    let boundary = try? MultipartBoundary(contentType: contentType)
    #expect(boundary?.text == expected)
  }

  @Test(arguments: [
    "", "text/plain", "multipart/mixed; boundary=a", "multipart/form-datax; boundary=a",
    "application/x-www-form-urlencoded",
  ])
  func otherTypesAreRefused(_ contentType: String) {
    let error = #expect(throws: MultipartError.self) {
      try MultipartBoundary(contentType: contentType)
    }
    #expect(error?.code == .otherContentType)
  }
}
