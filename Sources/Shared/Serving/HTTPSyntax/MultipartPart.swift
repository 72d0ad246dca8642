/// The headers of a part, as the client claims.
package struct MultipartPart: Sendable, Equatable {
  /// Name of the form's field.
  package let name: String
  /// The client's unchanged name for the file: it may contain slashes and control characters, and
  /// is empty if the user chose no file in a browser. Nil if the part is no file. Display it as a
  /// ``DisplayName``.
  package let fileName: String?
  /// Value of the part's Content-Type header.
  package let contentType: String?

  /// Parses the headers of a part.
  ///
  /// - Parameter block: The lines, each with its line end; the last one is empty.
  init(headers block: [UInt8], _ limits: MultipartLimits) throws(MultipartError) {
    let fields = try Self.fields(block, limits)
    guard let disposition = fields["content-disposition"] else {
      throw MultipartError(
        .unnamedPart, "expected the header Content-Disposition in each part, got a part without")
    }
    guard let parameters = HeaderParameters(disposition) else {
      throw MultipartError(
        .badHeader,
        "expected Content-Disposition: form-data; name=\"...\", got parameters of another form")
    }
    guard parameters.value == "form-data", let name = parameters["name"] else {
      throw MultipartError(
        .unnamedPart, "expected a part that is form-data with a name, got another one")
    }
    self.name = Self.text(name)
    guard self.name.utf8.count <= limits.nameBytes else {
      throw MultipartError(
        .nameTooLong,
        "expected names of at most \(limits.nameBytes) bytes, got \(self.name.utf8.count)")
    }
    fileName =
      parameters["filename*"].flatMap(Self.extended) ?? parameters["filename"].map(Self.text)
    contentType = fields["content-type"].map { String(decoding: $0, as: UTF8.self) }
  }

  /// Reverts the encoding of quotes and line ends by browsers (HTML,
  /// "multipart/form-data encoding algorithm").
  private static func text(_ bytes: [UInt8]) -> String {
    let bytes = PercentCoding.decoded(bytes, only: [.quote, .carriageReturn, .lineFeed])
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Decodes `UTF-8'en'a%20b` (RFC 8187, section 3.2.1); nil for other character sets.
  private static func extended(_ bytes: [UInt8]) -> String? {
    let parts = bytes.split(
      separator: UInt8(ascii: "'"), maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].lowercasedText == "utf-8" else { return nil }
    return String(decoding: PercentCoding.decoded(parts[2]), as: UTF8.self)
  }
}

extension MultipartPart {
  /// Values of the headers by their names in lower case, without blanks at the ends.
  private static func fields(
    _ block: [UInt8], _ limits: MultipartLimits
  ) throws(MultipartError) -> [String: [UInt8]] {
    var fields: [String: [UInt8]] = [:]
    for line in try lines(block) {
      guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex,
        line[..<colon].allSatisfy(\.isTokenCharacter)
      else { throw MultipartError(.badHeader, "expected a header 'name: value', got another line") }
      guard fields.count < limits.headers else {
        throw MultipartError(
          .tooManyHeaders, "expected at most \(limits.headers) headers in a part, got more")
      }
      let value = Array(line[(colon + 1)...].trimmed)
      guard fields.updateValue(value, forKey: line[..<colon].lowercasedText) == nil else {
        throw MultipartError(.badHeader, "expected each header once in a part, got one twice")
      }
    }
    return fields
  }

  /// The lines without their ends. A line that begins with a blank continues the previous one.
  private static func lines(_ block: [UInt8]) throws(MultipartError) -> [[UInt8]] {
    var lines: [[UInt8]] = []
    for line in block.dropLast(2).split(separator: .lineFeed) {
      let content = line.dropLast()
      guard line.last == .carriageReturn, !content.contains(where: { $0.isControl && !$0.isBlank })
      else {
        throw MultipartError(.badHeader, "expected headers in lines, got a control character")
      }
      if content.first?.isBlank == true, !lines.isEmpty {
        lines[lines.endIndex - 1] += [0x20] + content.trimmed
      } else {
        lines.append(Array(content))
      }
    }
    return lines
  }
}
