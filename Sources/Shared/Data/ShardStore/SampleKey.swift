/// The key of a crop: `<video>/<frame, 6 digits>/<face, 2 digits>`.
///
/// The two last parts have a fixed width, so a key can be read in one way only, however many
/// slashes the video's name has, and the keys of a video sort by frame, then face. Keys are
/// compared by their bytes: Swift's canonical equivalence of strings would make two different file
/// names equal.
package struct SampleKey: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// LMDB's limit for keys, a constant of its build (`mdb_env_get_maxkeysize`).
  package static let maximumBytes = 511

  /// The longest name of a video that fits into a key, in bytes.
  package static let maximumVideoNameBytes = maximumBytes - suffixBytes

  /// Largest frame index.
  package static let maximumFrame = 999_999

  /// Largest face index.
  package static let maximumFace = 99

  static let suffixBytes = 10  // "/000000/00"

  /// The key as stored, UTF-8.
  package let bytes: [UInt8]

  /// Name of the video.
  package let video: String

  /// Index of the frame in presentation order.
  package let frame: Int

  /// Index of the face among those of the frame.
  package let face: Int

  /// Creates a key; throws if a part is out of bounds.
  package init(video: String, frame: Int, face: Int) throws(ShardStoreError) {
    try Self.checkVideoName(video)
    guard (0...Self.maximumFrame).contains(frame) else {
      throw ShardStoreError(
        .invalidVideo, subject: video,
        "frame index \(frame) is out of bounds, expected 0...\(Self.maximumFrame)")
    }
    guard (0...Self.maximumFace).contains(face) else {
      throw ShardStoreError(
        .invalidVideo, subject: video,
        "frame \(frame): face index \(face) is out of bounds, expected 0...\(Self.maximumFace)")
    }
    let suffix = "/" + Digits.padded(frame, width: 6) + "/" + Digits.padded(face, width: 2)
    self.bytes = Array(video.utf8) + Array(suffix.utf8)
    self.video = video
    self.frame = frame
    self.face = face
  }

  /// Reads a stored key; nil if it is not one.
  package init?(bytes: [UInt8]) {
    let slash = UInt8(ascii: "/")
    let count = bytes.count
    guard count > Self.suffixBytes, count <= Self.maximumBytes,
      bytes[count - 10] == slash, bytes[count - 3] == slash,
      let frame = Digits.parse(bytes[(count - 9)..<(count - 3)]),
      let face = Digits.parse(bytes[(count - 2)...]),
      let video = String(validating: bytes[..<(count - 10)], as: UTF8.self)
    else { return nil }
    self.bytes = bytes
    self.video = video
    self.frame = frame
    self.face = face
  }

  package var description: String { String(decoding: bytes, as: UTF8.self) }

  package static func == (left: SampleKey, right: SampleKey) -> Bool { left.bytes == right.bytes }

  package func hash(into hasher: inout Hasher) { hasher.combine(bytes) }

  /// The order of the store: by bytes.
  package static func < (left: SampleKey, right: SampleKey) -> Bool {
    left.bytes.lexicographicallyPrecedes(right.bytes)
  }

  /// Throws if a video of this name cannot have keys.
  static func checkVideoName(_ name: String) throws(ShardStoreError) {
    let count = name.utf8.count
    guard count > 0 else {
      throw ShardStoreError(.invalidVideo, subject: "video", "its name is empty")
    }
    guard count <= maximumVideoNameBytes else {
      throw ShardStoreError(
        .invalidVideo, subject: name,
        "the name is too long for a key of the store: expected at most \(maximumVideoNameBytes) "
          + "bytes, got \(count); shorten the file's or its folders' names")
    }
  }
}
