internal import HTTPSyntax
internal import Randomness

/// Uploads by form, as the server reads them: the Content-Type, a line feed, and the body.
struct MultipartKind: FuzzKind {
  let name = "multipart"
  let longRuns = 10_000
  let shortRuns = 250

  func prepare(bases: String) throws {
    for (name, boundary, body) in MultipartBases.all {
      let text = "multipart/form-data; boundary=\(boundary)\n" + body
      try FuzzFiles.write(Array(text.utf8), bases + "/" + name)
    }
  }

  func worker(bases: String) throws -> any FuzzReader {
    MultipartReader(
      bases: try FuzzFiles.names(bases).map { name in
        let lines = try FuzzFiles.bytes(bases + "/" + name).split(separator: 0x0A, maxSplits: 1)
        guard lines.count == 2 else { throw FuzzError("\(name): expected a line and a body") }
        return (name, Array(lines[0]), Array(lines[1]))
      })
  }
}

private struct MultipartReader: FuzzReader {
  let bases: [(name: String, contentType: [UInt8], body: [UInt8])]

  mutating func run(_ one: inout FuzzCase) throws -> Verdict {
    let base = bases[one.random.below(bases.count)]
    let donor = bases[one.random.below(bases.count)]
    var (type, body) = (base.contentType, base.body)
    if one.random.happens(0.1) {
      damage(&type, &one.random, donor.contentType)
    } else {
      damage(&body, &one.random, donor.body)
    }
    try FuzzFiles.write(type + [0x0A] + body, one.folder + "/" + base.name)
    let contentType = String(decoding: type, as: UTF8.self)
    let whole = MultipartReading(body, contentType: contentType, cuts: [])
    guard whole.contentBytes <= body.count else {
      return .failed(.silent, "\(whole.contentBytes) bytes of content in \(body.count)")
    }
    let cuts = (0..<one.random.below(12)).map { _ in one.random.below(body.count + 1) }.sorted()
    for cuts in [cuts, Array(0..<body.count)]
    where MultipartReading(body, contentType: contentType, cuts: cuts) != whole {
      return .failed(.disagreement, "\(base.name): cuts at \(cuts.prefix(12)) change what is read")
    }
    guard let error = whole.error else { return .accepted }
    return RawText.verdict(error)
  }

  private func damage(_ bytes: inout [UInt8], _ random: inout RandomStream, _ donor: [UInt8]) {
    switch random.below(4) {
    case 0: ByteMutator.mutate(&bytes, &random, donor: donor)
    case 1: TextMutator.mutate(&bytes, &random)
    default:
      // What the parser looks for, or a part of it, anywhere.
      let texts = [
        "\r\n", "\r", "\n", "\r\n--", "--", "\r\n\r\n", "\r\n--" + MultipartBases.boundary, "\"",
        "\\", "; ", "%22", "\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n",
        "; filename*=UTF-8''%ff", "\r\n ", "\t", "\0",
      ]
      for _ in 0...random.below(4) {
        let text = Array(texts[random.below(texts.count)].utf8)
        let end = 1 + random.below(text.count)
        bytes.insert(
          contentsOf: text[..<(random.happens(0.7) ? text.count : end)],
          at: random.below(bytes.count + 1))
      }
      if random.happens(0.3) { ByteMutator.mutate(&bytes, &random, donor: donor) }
    }
  }
}

/// What the parser makes of a body that is cut at some indices.
private struct MultipartReading: Equatable {
  private var parts: [MultipartPart] = []
  private var contents: [[UInt8]] = []
  private var ends = 0
  private(set) var error: MultipartError?

  var contentBytes: Int { contents.reduce(0) { $0 + $1.count } }

  init(_ body: [UInt8], contentType: String, cuts: [Int]) {
    do {
      var parser = MultipartParser(boundary: try MultipartBoundary(contentType: contentType))
      var start = 0
      for end in cuts + [body.count] {
        try parser.parse(body.span.extracting(start..<end)) { event in
          switch event {
          case .partBegins(let part):
            parts.append(part)
            contents.append([])
          case .bytes(let bytes):
            for index in bytes.indices { contents[contents.count - 1].append(bytes[index]) }
          case .partEnds: ends += 1
          }
        }
        start = end
      }
      try parser.finish()
    } catch {
      // Nothing else is thrown: the receiver above does not fail.
      self.error = error as? MultipartError
    }
  }
}

/// Sound bodies.
private enum MultipartBases {
  private struct Part {
    var disposition: String
    var headers: [String] = []
    var content: String
  }

  static let boundary = "----WebKitFormBoundaryX9VBxVxpBdWly9OF"

  /// Names, boundaries as the header has them, and bodies.
  static let all: [(name: String, boundary: String, body: String)] = [
    ("browser", boundary, body(boundary, browserParts)),
    (
      "tool", "\"a (quoted) boundary\"; charset=utf-8",
      "A preamble.\r\n" + body("a (quoted) boundary", toolParts) + "An epilogue.\r\n"
    ),
    ("short", "b", body("b", shortParts)),
    ("none", "b", body("b", [])),
  ]

  private static let browserParts = [
    Part(disposition: "name=\"note\"", content: "hello"),
    Part(
      disposition: #"name="file"; filename="say %22hi%22 – ü\x.mp4""#,
      headers: ["Content-Type: video/mp4"], content: video),
    Part(
      disposition: #"name="file"; filename="""#,
      headers: ["Content-Type: application/octet-stream"], content: ""),
  ]

  private static let toolParts = [
    Part(
      disposition: "name=file;\r\n\tfilename=\"a\\\"b\\\\c\"; filename*=UTF-8''%e2%82%ac.mp4",
      headers: ["X-Other: 1", "content-type: video/mp4"], content: video)
  ]

  private static let shortParts = (0..<20).map {
    Part(disposition: "name=n\($0)", content: "\r\n-\r\n--\($0)")
  }

  /// Bytes of which some begin a boundary.
  private static let video = String(repeating: "\0\u{1}\r\n--\r\r\n------WebKit\u{7F}", count: 40)

  private static func body(_ boundary: String, _ parts: [Part]) -> String {
    parts.map { part in
      let headers = ["Content-Disposition: form-data; " + part.disposition] + part.headers
      return "--\(boundary)\r\n" + headers.map { $0 + "\r\n" }.joined() + "\r\n"
        + part.content + "\r\n"
    }.joined() + "--\(boundary)--\r\n"
  }
}
