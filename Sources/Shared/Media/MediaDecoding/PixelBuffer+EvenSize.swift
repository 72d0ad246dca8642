internal import Imaging

extension PixelBuffer {
  /// The picture with its last column and row once more where their number is odd: 4:2:0 takes even
  /// ones.
  var evenSized: PixelBuffer {
    guard width % 2 != 0 || height % 2 != 0 else { return self }
    var larger = PixelBuffer(width: width + width % 2, height: height + height % 2)
    // What is pasted later covers all but the last column and row.
    larger.paste(self, x: width % 2, y: height % 2)
    larger.paste(self, x: 0, y: height % 2)
    larger.paste(self, x: width % 2, y: 0)
    larger.paste(self, x: 0, y: 0)
    return larger
  }
}
