/// Feature maps of the obvious loops: NCHW, float64.
struct ReferenceMaps: Equatable {
  let count: Int
  let channels: Int
  let height: Int
  let width: Int
  var values: [Double]

  init(count: Int, channels: Int, height: Int, width: Int, values: [Double]? = nil) {
    let size = count * channels * height * width
    precondition(values == nil || values?.count == size, "feature maps have one value per pixel")
    self.count = count
    self.channels = channels
    self.height = height
    self.width = width
    self.values = values ?? Array(repeating: 0, count: size)
  }

  /// Reads maps whose channels lie in blocks of `lanes`: (n, c / lanes, h, w, lanes).
  init(
    blocked: [Float], lanes: Int, count: Int, channels: Int, height: Int, width: Int
  ) {
    self.init(count: count, channels: channels, height: height, width: width)
    for n in 0..<count {
      for c in 0..<channels {
        for pixel in 0..<height * width {
          let index = blockedIndex(n, c, pixel, lanes: lanes)
          values[(n * channels + c) * height * width + pixel] = Double(blocked[index])
        }
      }
    }
  }

  /// The maps with channels in blocks of `lanes`; channels that fill up the last block are zero.
  func blocked(lanes: Int) -> [Float] {
    let whole = (channels + lanes - 1) / lanes * lanes
    var result = [Float](repeating: 0, count: count * whole * height * width)
    for n in 0..<count {
      for c in 0..<channels {
        for pixel in 0..<height * width {
          result[blockedIndex(n, c, pixel, lanes: lanes)] =
            Float(values[(n * channels + c) * height * width + pixel])
        }
      }
    }
    return result
  }

  private func blockedIndex(_ n: Int, _ c: Int, _ pixel: Int, lanes: Int) -> Int {
    let blocks = (channels + lanes - 1) / lanes
    return ((n * blocks + c / lanes) * height * width + pixel) * lanes + c % lanes
  }

  /// The index of a pixel, or nil outside of the picture.
  func index(_ n: Int, _ c: Int, _ y: Int, _ x: Int) -> Int? {
    guard y >= 0, y < height, x >= 0, x < width else { return nil }
    return ((n * channels + c) * height + y) * width + x
  }

  /// The indices of the pixels of a channel, in all pictures.
  func indices(channel: Int) -> [Int] {
    let area = height * width
    var indices: [Int] = []
    for n in 0..<count {
      let start = (n * channels + channel) * area
      indices += Array(start..<start + area)
    }
    return indices
  }

  /// Maps of the same dimensions with other values.
  func with(_ values: [Double]) -> ReferenceMaps {
    ReferenceMaps(count: count, channels: channels, height: height, width: width, values: values)
  }
}
