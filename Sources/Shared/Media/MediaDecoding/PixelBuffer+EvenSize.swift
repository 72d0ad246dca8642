internal import Imaging

extension PixelBuffer {
  /// The picture with its last column or row repeated if their number is odd, as 4:2:0 needs even
  /// ones.
  var evenSized: PixelBuffer {
    guard width % 2 != 0 || height % 2 != 0 else { return self }
    var larger = PixelBuffer(width: width + width % 2, height: height + height % 2)
    // Later copies cover all but the last column and row of earlier ones.
    larger.paste(self, x: width % 2, y: height % 2)
    larger.paste(self, x: 0, y: height % 2)
    larger.paste(self, x: width % 2, y: 0)
    larger.paste(self, x: 0, y: 0)
    return larger
  }
}
