internal import CFFmpeg

/// How a coded picture is oriented for display: first it may be mirrored left to right, then it is
/// rotated clockwise.
struct PictureOrientation: Equatable {
  /// Clockwise rotation in units of 90 degrees, 0...3.
  var quarterTurns = 0
  /// Whether the picture is mirrored before it is rotated.
  var isMirrored = false
  /// Whether the rotation is a multiple of 90 degrees, within a degree; else the nearest one is
  /// taken.
  var isExact = true

  init(quarterTurns: Int = 0, isMirrored: Bool = false) {
    self.quarterTurns = quarterTurns
    self.isMirrored = isMirrored
  }

  /// The orientation of a display matrix (ISO/IEC 14496-12, 6.2.2); nil if it isn't one.
  init?(matrix: [Int32]) {
    var matrix = matrix
    let determinant =
      Double(matrix[0]) * Double(matrix[4]) - Double(matrix[1]) * Double(matrix[3])
    if determinant < 0 {
      // Remove the mirroring, so that the rotation is that of an upright face.
      matrix[0] = 0 &- matrix[0]
      matrix[1] = 0 &- matrix[1]
      isMirrored = true
    }
    let clockwise = -av_display_rotation_get(&matrix)
    guard clockwise.isFinite else { return nil }
    let turns = (clockwise / 90).rounded()
    isExact = abs(clockwise - turns * 90) < 1
    quarterTurns = ((Int(turns) % 4) + 4) % 4
  }

  /// The orientation of the field `Orientation` of Exif 2.3 (4.6.4 A), 1...8; nil for other
  /// numbers.
  init?(exif number: Int) {
    switch number {
    case 1: self.init()
    case 2: self.init(isMirrored: true)
    case 3: self.init(quarterTurns: 2)
    case 4: self.init(quarterTurns: 2, isMirrored: true)
    case 5: self.init(quarterTurns: 3, isMirrored: true)
    case 6: self.init(quarterTurns: 1)
    case 7: self.init(quarterTurns: 1, isMirrored: true)
    case 8: self.init(quarterTurns: 3)
    default: return nil
    }
  }

  /// A picture's own orientation, by its display matrix or else its Exif data.
  init?(_ frame: UnsafeMutablePointer<AVFrame>) {
    if let data = av_frame_get_side_data(frame, AV_FRAME_DATA_DISPLAYMATRIX),
      data.pointee.size >= 36
    {
      self.init(matrix: PictureOrientation.numbers(UnsafeRawPointer(data.pointee.data)))
      return
    }
    guard let entry = av_dict_get(frame.pointee.metadata, "Orientation", nil, 0),
      let text = entry.pointee.value,
      let number = Int(String(cString: text).trimmingPrefix { $0 == " " })
    else { return nil }
    self.init(exif: number)
  }

  /// The nine numbers of a display matrix.
  static func numbers(_ data: UnsafeRawPointer) -> [Int32] {
    (0..<9).map { data.loadUnaligned(fromByteOffset: $0 * 4, as: Int32.self) }
  }

  /// Whether width and height of the displayed picture are those of the coded one.
  var isUpright: Bool { quarterTurns % 2 == 0 }
}
