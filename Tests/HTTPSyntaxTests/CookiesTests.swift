import HTTPSyntax
import Testing

@Suite struct CookiesTests {
  @Test(
    arguments: [
      ("session=abc", "abc"), ("a=b; session=abc; c=d", "abc"), ("session=a=b=", "a=b="),
      ("session=\"abc\"", "abc"), ("session=", ""), ("a;session=abc;;", "abc"),
      ("session = abc ", "abc"), ("session=first; session=second", "first"), ("session=\"", "\""),
      ("Session=abc", nil), ("xsession=abc", nil), ("session", nil), ("", nil), ("=abc", nil),
      (nil, nil), (" ; = ; ", nil),
    ] as [(String?, String?)])
  func values(_ header: String?, _ expected: String?) {
    #expect(Cookies(header: header)["session"] == expected)
  }
}
