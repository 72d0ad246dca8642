/// Parses `multipart/form-data` (RFC 7578, RFC 2046 section 5.1) piece by piece, in linear time.
///
/// It stores no bytes except the headers of a part: of a possible beginning of a boundary at the
/// end of a piece, only the length is stored. The division of the body into pieces changes only how
/// the content is divided among `bytes` events.
///
/// ```swift
/// var parser = MultipartParser(boundary: try MultipartBoundary(contentType: header))
/// for try await buffer in body {
///   try parser.parse(buffer.readableBytesUInt8Span) { event in ... }
/// }
/// try parser.finish()
/// ```
package struct MultipartParser: Sendable {
  /// The part of the body that the next byte belongs to.
  private enum Stage {
    case preamble
    case delimiterEnd(DelimiterEnd)
    case headers
    case content
    case epilogue
  }

  /// The characters read after a boundary.
  private enum DelimiterEnd {
    case nothing, hyphen, padding, carriageReturn
  }

  private let limits: MultipartLimits
  private var search: DelimiterSearch
  private var stage = Stage.preamble
  private var preambleBytes = 0
  private var parts = 0
  /// The headers of the part that begins, with their line ends.
  private var headers: [UInt8] = []
  private var failure: MultipartError?

  /// Starts at the beginning of a body.
  package init(boundary: MultipartBoundary, limits: MultipartLimits = MultipartLimits()) {
    self.limits = limits
    search = DelimiterSearch(boundary)
  }

  /// Parses the next piece of the body, of any length.
  ///
  /// - Parameter receive: Called with each event, whose bytes are valid until it returns.
  /// - Throws: ``MultipartError`` if the body is malformed or exceeds a limit, or what `receive`
  ///   throws. After either, the parser can't continue: it throws again.
  package mutating func parse(
    _ bytes: Span<UInt8>, _ receive: (MultipartEvent) throws -> Void
  ) throws {
    if let failure { throw failure }
    do {
      var index = 0
      while index < bytes.count {
        switch stage {
        case .preamble: index = try passPreamble(bytes, from: index)
        case .delimiterEnd(let end):
          try passDelimiterEnd(end, bytes[index])
          index += 1
        case .headers: index = try passHeaders(bytes, from: index, receive)
        case .content: index = try passContent(bytes, from: index, receive)
        case .epilogue: index = bytes.count
        }
      }
    } catch {
      failure =
        error as? MultipartError
        ?? MultipartError(.stopped, "expected no more of a body whose receiver failed, got more")
      throw error
    }
  }

  /// Ends the body.
  ///
  /// - Throws: ``MultipartError`` with the code `truncated` if the last boundary is missing; after
  ///   a failure, that failure.
  package func finish() throws(MultipartError) {
    if let failure { throw failure }
    guard case .epilogue = stage else {
      throw MultipartError(
        .truncated, "expected a last boundary, got the end of the body: the upload is incomplete")
    }
  }
}

extension MultipartParser {
  private mutating func passPreamble(
    _ bytes: Span<UInt8>, from start: Int
  ) throws(MultipartError) -> Int {
    let found = search.search(bytes, from: start)
    preambleBytes += found.released.count + found.content.count
    guard preambleBytes <= limits.preambleBytes else {
      throw MultipartError(
        .preambleTooLong,
        "expected a boundary within \(limits.preambleBytes) bytes, got other content")
    }
    if found.isComplete { stage = .delimiterEnd(.nothing) }
    return found.end
  }

  private mutating func passContent(
    _ bytes: Span<UInt8>, from start: Int, _ receive: (MultipartEvent) throws -> Void
  ) throws -> Int {
    let found = search.search(bytes, from: start)
    if !found.released.isEmpty {
      try receive(.bytes(search.delimiter.span.extracting(found.released)))
    }
    if !found.content.isEmpty { try receive(.bytes(bytes.extracting(found.content))) }
    if found.isComplete {
      stage = .delimiterEnd(.nothing)
      try receive(.partEnds)
    }
    return found.end
  }

  /// Parses the end of a boundary: `--`, or blanks ("transport padding") and a line end. Anything
  /// else is refused, because other parsers might find different parts in the same body.
  private mutating func passDelimiterEnd(
    _ end: DelimiterEnd, _ byte: UInt8
  ) throws(MultipartError) {
    switch (end, byte) {
    case (.nothing, UInt8(ascii: "-")): stage = .delimiterEnd(.hyphen)
    case (.hyphen, UInt8(ascii: "-")): stage = .epilogue
    case (.nothing, 0x20), (.nothing, 0x09), (.padding, 0x20), (.padding, 0x09):
      stage = .delimiterEnd(.padding)
    case (.nothing, .carriageReturn), (.padding, .carriageReturn):
      stage = .delimiterEnd(.carriageReturn)
    case (.carriageReturn, .lineFeed):
      guard parts < limits.parts else {
        throw MultipartError(.tooManyParts, "expected at most \(limits.parts) parts, got more")
      }
      parts += 1
      headers.removeAll(keepingCapacity: true)
      stage = .headers
    default:
      throw MultipartError(
        .badDelimiter, "expected a line end or -- after a boundary, got the byte \(byte)")
    }
  }

  private mutating func passHeaders(
    _ bytes: Span<UInt8>, from start: Int, _ receive: (MultipartEvent) throws -> Void
  ) throws -> Int {
    for index in start..<bytes.count {
      headers.append(bytes[index])
      guard headers.count <= limits.headerBytes else {
        throw MultipartError(
          .headersTooLong,
          "expected at most \(limits.headerBytes) bytes of headers in a part, got more")
      }
      if bytes[index] == .lineFeed, endsInEmptyLine {
        let part = try MultipartPart(headers: headers, limits)
        stage = .content
        search.beginLine()
        try receive(.partBegins(part))
        return index + 1
      }
    }
    return bytes.count
  }

  private var endsInEmptyLine: Bool {
    headers.suffix(4).elementsEqual("\r\n\r\n".utf8) || headers.elementsEqual("\r\n".utf8)
  }
}
