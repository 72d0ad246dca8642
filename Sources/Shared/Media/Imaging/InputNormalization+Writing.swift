package import Contract

extension InputNormalization {
  /// Writes a picture as network input: rows, columns, channels (NHWC), red first.
  ///
  /// - Precondition: `values` has room for `height * width * 3` numbers.
  package func write(_ picture: PixelBuffer, into values: UnsafeMutableBufferPointer<Float>) {
    let count = picture.width * picture.height
    precondition(values.count >= count * 3, "the network's input has room for the picture")
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 3 * 256) { table in
      for channel in 0..<3 {
        // The divisions of torchvision's ToTensor and Normalize, so that the numbers are equal.
        for byte in 0..<256 {
          table[channel * 256 + byte] =
            (Float(byte) / 255 - mean[channel]) / standardDeviation[channel]
        }
      }
      picture.bytes.withUnsafeBufferPointer { bytes in
        guard let pixel = bytes.baseAddress, let value = values.baseAddress,
          let table = table.baseAddress
        else { return }
        for index in 0..<count {
          value[3 * index] = table[Int(pixel[4 * index])]
          value[3 * index + 1] = table[256 + Int(pixel[4 * index + 1])]
          value[3 * index + 2] = table[512 + Int(pixel[4 * index + 2])]
        }
      }
    }
  }
}
