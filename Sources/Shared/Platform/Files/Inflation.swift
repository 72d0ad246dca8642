internal import CZlib

/// Decompresses bytes (deflate, RFC 1950 to 1952).
package enum Inflation {
  /// What surrounds the compressed bytes.
  package enum Format: Sendable, Equatable {
    /// Nothing, as in a zip file.
    case raw
    /// A header of two bytes, and a checksum.
    case zlib
    /// Header and checksum of the gzip format; several streams may follow each other.
    case gzip

    fileprivate var windowBits: Int32 {
      switch self {
      case .raw: -MAX_WBITS
      case .zlib: MAX_WBITS
      case .gzip: MAX_WBITS + 16
      }
    }
  }

  private static let chunkSize = 1 << 18

  /// Decompresses bytes to their end.
  ///
  /// Memory grows with the output, up to `maximumBytes`, whatever size the bytes claim. The
  /// corresponding C function is `inflate`.
  ///
  /// - Parameters:
  ///   - bytes: the compressed bytes with what surrounds them, and nothing after.
  ///   - maximumBytes: a longer output is an error.
  ///   - subject: names them in errors.
  package static func inflate(
    _ bytes: ArraySlice<UInt8>, _ format: Format, maximumBytes: Int, subject: String
  ) throws(FileError) -> [UInt8] {
    var output: [UInt8] = []
    var rest = bytes
    repeat {
      let used = try inflateMember(
        rest, format, into: &output, maximumBytes: maximumBytes, subject: subject)
      rest = rest.dropFirst(used)
    } while format == .gzip && !rest.isEmpty
    guard rest.isEmpty else {
      throw FileError(
        .malformed, subject,
        "expected the end of the compressed bytes, got \(rest.count) more of them")
    }
    return output
  }

  /// Decompresses one stream, and returns how many of `bytes` it used.
  private static func inflateMember(
    _ bytes: ArraySlice<UInt8>, _ format: Format, into output: inout [UInt8], maximumBytes: Int,
    subject: String
  ) throws(FileError) -> Int {
    var stream = z_stream()
    guard czlib_inflate_init(&stream, format.windowBits) == Z_OK else {
      throw FileError(.inputOutput, subject, "can't be decompressed: zlib has no memory")
    }
    defer { inflateEnd(&stream) }
    var used = 0
    var chunk = [UInt8](repeating: 0, count: chunkSize)
    while true {
      let (status, taken, given) = step(&stream, bytes.dropFirst(used), &chunk)
      used += taken
      guard output.count + given <= maximumBytes else {
        throw FileError(
          .tooLarge, subject, "expected at most \(maximumBytes) decompressed bytes, got more")
      }
      output += chunk[..<given]
      if status == Z_STREAM_END { return used }
      // A step without input and without output would repeat for ever.
      guard status == Z_OK || status == Z_BUF_ERROR, taken > 0 || given > 0 else {
        throw FileError(
          .malformed, subject,
          "can't be decompressed: "
            + (status == Z_OK || status == Z_BUF_ERROR
              ? "the compressed bytes end too early" : "the compressed bytes are damaged"),
          advice: "copy or download the file again")
      }
    }
  }

  private static func step(
    _ stream: inout z_stream, _ bytes: ArraySlice<UInt8>, _ chunk: inout [UInt8]
  ) -> (status: Int32, taken: Int, given: Int) {
    bytes.withUnsafeBufferPointer { input in
      chunk.withUnsafeMutableBufferPointer { output in
        // zlib counts in 32 bits.
        let count = min(input.count, 1 << 30)
        stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        stream.avail_in = UInt32(count)
        stream.next_out = output.baseAddress
        stream.avail_out = UInt32(output.count)
        let status = CZlib.inflate(&stream, Z_NO_FLUSH)
        return (status, count - Int(stream.avail_in), output.count - Int(stream.avail_out))
      }
    }
  }
}
