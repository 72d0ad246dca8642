internal import CTurboJPEG

/// A JPEG decoder that keeps its working memory between pictures. One per worker; not thread-safe.
package final class JPEGDecoder {
  private let handle: tjhandle

  package init() throws(ImagingError) {
    guard let handle = tjInitDecompress() else {
      throw ImagingError(
        .invalidJPEG, "libjpeg-turbo could not start a decoder: \(JPEG.lastError(nil))")
    }
    self.handle = handle
  }

  deinit { tjDestroy(handle) }

  /// Decodes a JPEG file.
  ///
  /// The corresponding C function is `tjDecompress2`.
  ///
  /// - Parameters:
  ///   - file: the whole file.
  ///   - maximumPixels: a larger picture is refused before memory is taken for it.
  package func decode(
    _ file: RawSpan, maximumPixels: Int = 100_000_000
  ) throws(ImagingError) -> PixelBuffer {
    let (width, height) = try JPEG.header(of: file, handle)
    guard width <= maximumPixels / height else {
      throw ImagingError(
        .tooLarge, "JPEG of \(width)x\(height) pixels: at most \(maximumPixels) pixels are decoded")
    }
    var status: Int32 = 0
    let bytes = [UInt8](
      unsafeUninitializedCapacity: width * height * PixelBuffer.bytesPerPixel
    ) { buffer, count in
      status = file.withUnsafeBytes { source in
        tjDecompress2(
          handle, source.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt(source.count),
          buffer.baseAddress, Int32(width), 0, Int32(height), Int32(TJPF_RGBX.rawValue),
          TJFLAG_ACCURATEDCT)
      }
      count = status == 0 ? buffer.count : 0
    }
    guard status == 0 else {
      throw ImagingError(
        .invalidJPEG, "JPEG of \(file.byteCount) bytes: \(JPEG.lastError(handle))")
    }
    return PixelBuffer(width: width, height: height, bytes: bytes)
  }
}
