/// The pictures of a folder that are the frames of one video: names that differ in a number only,
/// such as `000.png`, `frame_0001.jpg` or `img-12.webp`.
package struct NumberedPictures: Sendable, Equatable {
  /// A picture of the series.
  package struct Picture: Sendable, Equatable {
    /// The file's name.
    package let name: String
    /// The number in it.
    package let number: Int
  }

  /// Extensions that make a file a still picture, in lower case.
  private static let extensions: Set<String> = [
    "jpg", "jpeg", "png", "webp", "bmp", "tif", "tiff",
  ]

  /// More digits than any numbering needs; all numbers of so many digits fit an `Int`.
  private static let maximumDigits = 15

  /// The pictures in the order of their numbers; at least one.
  package let pictures: [Picture]

  /// The series that the names, in any order, form; nil if there are no names, if they differ in
  /// more than the number, or if two have the same number.
  package init?(_ names: [String]) {
    guard let form = names.first.flatMap(Form.init) else { return nil }
    var pictures: [Picture] = []
    pictures.reserveCapacity(names.count)
    for name in names {
      guard let other = Form(name), other.prefix == form.prefix,
        other.fileExtension == form.fileExtension
      else { return nil }
      pictures.append(Picture(name: name, number: other.number))
    }
    pictures.sort { $0.number < $1.number }
    guard zip(pictures, pictures.dropFirst()).allSatisfy({ $0.number < $1.number }) else {
      return nil
    }
    self.pictures = pictures
  }

  /// Whether the extension is one of a still picture; case does not matter.
  package static func isPicture(_ name: String) -> Bool {
    guard let dot = name.utf8.lastIndex(of: UInt8(ascii: ".")) else { return false }
    return extensions.contains(name[name.utf8.index(after: dot)...].lowercased())
  }

  /// A name split into prefix, number and extension.
  private struct Form {
    let prefix: [UInt8]
    let number: Int
    let fileExtension: String

    init?(_ name: String) {
      let bytes = Array(name.utf8)
      guard NumberedPictures.isPicture(name), let dot = bytes.lastIndex(of: UInt8(ascii: "."))
      else { return nil }
      let digits = bytes[..<dot].reversed().prefix { (0x30...0x39).contains($0) }.count
      guard (1...NumberedPictures.maximumDigits).contains(digits),
        let number = Int(String(decoding: bytes[(dot - digits)..<dot], as: UTF8.self))
      else { return nil }
      prefix = Array(bytes[..<(dot - digits)])
      self.number = number
      fileExtension = String(decoding: bytes[(dot + 1)...], as: UTF8.self).lowercased()
    }
  }
}
