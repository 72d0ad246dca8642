/// Feature maps of some pictures in memory that someone else keeps: (n, c / lanes, h, w, lanes).
package struct Maps {
  /// The first float.
  package let start: UnsafePointer<Float>
  /// Dimensions of each picture's maps.
  package let shape: BlockedShape
  /// Pictures.
  package let count: Int

  /// Views the maps of `count` pictures.
  @inlinable
  package init(_ start: UnsafePointer<Float>, _ shape: BlockedShape, count: Int) {
    self.start = start
    self.shape = shape
    self.count = count
  }

  /// The same maps, read only.
  @inlinable
  package init(_ maps: MutableMaps) {
    start = UnsafePointer(maps.start)
    shape = maps.shape
    count = maps.count
  }

  /// The maps of some of the pictures.
  @inlinable
  package subscript(pictures: Range<Int>) -> Maps {
    assert(pictures.lowerBound >= 0 && pictures.upperBound <= count, "pictures of \(count)")
    return Maps(
      start + pictures.lowerBound * shape.pictureCount, shape, count: pictures.count)
  }
}

/// Feature maps of some pictures in memory that someone else keeps, and that a kernel writes.
package struct MutableMaps {
  /// The first float.
  package let start: UnsafeMutablePointer<Float>
  /// Dimensions of each picture's maps.
  package let shape: BlockedShape
  /// Pictures.
  package let count: Int

  /// Views the maps of `count` pictures.
  @inlinable
  package init(_ start: UnsafeMutablePointer<Float>, _ shape: BlockedShape, count: Int) {
    self.start = start
    self.shape = shape
    self.count = count
  }

  /// The maps of some of the pictures.
  @inlinable
  package subscript(pictures: Range<Int>) -> MutableMaps {
    assert(pictures.lowerBound >= 0 && pictures.upperBound <= count, "pictures of \(count)")
    return MutableMaps(
      start + pictures.lowerBound * shape.pictureCount, shape, count: pictures.count)
  }
}

/// What the second half of BatchNorm's backward pass needs of each channel, whole blocks.
package struct BatchNormGradient {
  /// Mean of the values that are normalised together.
  package let mean: FloatView
  /// gamma / deviation.
  package let scale: FloatView
  /// Mean of the gradients of the output.
  package let gradMean: FloatView
  /// Mean of `outputGrad * (input - mean)`, divided by the variance.
  package let slope: FloatView

  /// Takes the numbers as they are.
  package init(mean: FloatView, scale: FloatView, gradMean: FloatView, slope: FloatView) {
    self.mean = mean
    self.scale = scale
    self.gradMean = gradMean
    self.slope = slope
  }
}
