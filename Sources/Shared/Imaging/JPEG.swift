internal import CTurboJPEG

/// JPEG files, read and written by libjpeg-turbo.
public enum JPEG {
  /// Width and height from a JPEG header, without decoding the picture.
  ///
  /// The corresponding C function is `tjDecompressHeader3`.
  public static func size(of file: [UInt8]) throws(ImagingError) -> (width: Int, height: Int) {
    guard let handle = tjInitDecompress() else {
      throw ImagingError(.invalidJPEG, "libjpeg-turbo could not start a decoder: \(lastError(nil))")
    }
    defer { tjDestroy(handle) }
    return try header(of: file, handle)
  }

  /// Decodes a JPEG file.
  ///
  /// The corresponding C function is `tjDecompress2`.
  ///
  /// - Parameters:
  ///   - file: the whole file.
  ///   - maximumPixels: a larger picture is refused before memory is taken for it.
  public static func decode(
    _ file: [UInt8], maximumPixels: Int = 100_000_000
  ) throws(ImagingError) -> PixelBuffer {
    guard let handle = tjInitDecompress() else {
      throw ImagingError(.invalidJPEG, "libjpeg-turbo could not start a decoder: \(lastError(nil))")
    }
    defer { tjDestroy(handle) }
    let (width, height) = try header(of: file, handle)
    guard width <= maximumPixels / height else {
      throw ImagingError(
        .tooLarge, "JPEG of \(width)x\(height) pixels: at most \(maximumPixels) pixels are decoded")
    }
    var status: Int32 = 0
    let bytes = [UInt8](
      unsafeUninitializedCapacity: width * height * PixelBuffer.bytesPerPixel
    ) { buffer, count in
      status = file.withUnsafeBufferPointer { source in
        tjDecompress2(
          handle, source.baseAddress, UInt(source.count), buffer.baseAddress, Int32(width), 0,
          Int32(height), Int32(TJPF_RGBX.rawValue), TJFLAG_ACCURATEDCT)
      }
      count = status == 0 ? buffer.count : 0
    }
    guard status == 0 else {
      throw ImagingError(.invalidJPEG, "JPEG of \(file.count) bytes: \(lastError(handle))")
    }
    return PixelBuffer(width: width, height: height, bytes: bytes)
  }

  private static func header(
    of file: [UInt8], _ handle: tjhandle
  ) throws(ImagingError) -> (width: Int, height: Int) {
    var width: Int32 = 0
    var height: Int32 = 0
    var subsampling: Int32 = 0
    var colourSpace: Int32 = 0
    let status = file.withUnsafeBufferPointer { source in
      tjDecompressHeader3(
        handle, source.baseAddress, UInt(source.count), &width, &height, &subsampling, &colourSpace)
    }
    guard status == 0, width > 0, height > 0 else {
      throw ImagingError(
        .invalidJPEG, "not a JPEG file (\(file.count) bytes): \(lastError(handle))")
    }
    return (Int(width), Int(height))
  }

  static func lastError(_ handle: tjhandle?) -> String {
    tjGetErrorStr2(handle).map { String(cString: $0) } ?? "unknown error"
  }
}

/// A JPEG encoder that keeps its working memory between pictures. One per worker; not thread-safe.
public final class JPEGEncoder {
  private let handle: tjhandle
  private let quality: Int32
  private var output: UnsafeMutablePointer<UInt8>?
  private var capacity: UInt = 0

  /// Creates an encoder without chroma subsampling (4:4:4).
  ///
  /// - Parameter quality: 1...100, libjpeg's scale.
  public init(quality: Int) throws(ImagingError) {
    precondition((1...100).contains(quality), "JPEG quality lies in 1...100")
    guard let handle = tjInitCompress() else {
      throw ImagingError(
        .encodingFailed, "libjpeg-turbo could not start an encoder: \(JPEG.lastError(nil))")
    }
    self.handle = handle
    self.quality = Int32(quality)
  }

  deinit {
    tjFree(output)
    tjDestroy(handle)
  }

  /// The picture as a JPEG file; the same bytes for the same pixels.
  ///
  /// The corresponding C function is `tjCompress2`.
  public func encode(_ picture: PixelBuffer) throws(ImagingError) -> [UInt8] {
    let bound = tjBufSize(Int32(picture.width), Int32(picture.height), Int32(TJSAMP_444.rawValue))
    if bound > capacity {
      tjFree(output)
      output = tjAlloc(Int32(bound))
      capacity = output == nil ? 0 : bound
    }
    var length = capacity
    let status = picture.bytes.withUnsafeBufferPointer { source in
      tjCompress2(
        handle, source.baseAddress, Int32(picture.width), 0, Int32(picture.height),
        Int32(TJPF_RGBX.rawValue), &output, &length, Int32(TJSAMP_444.rawValue), quality,
        TJFLAG_NOREALLOC | TJFLAG_ACCURATEDCT)
    }
    guard status == 0, let output else {
      throw ImagingError(
        .encodingFailed,
        "JPEG of \(picture.width)x\(picture.height) pixels: \(JPEG.lastError(handle))")
    }
    return [UInt8](UnsafeBufferPointer(start: output, count: Int(length)))
  }
}
