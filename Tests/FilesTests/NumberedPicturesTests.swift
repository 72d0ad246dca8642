import Foundation
import TestSupport
import Testing

@testable import Files

@Suite struct NumberedPicturesTests {
  /// Numbers are compared, not texts, and holes are allowed.
  @Test(arguments: [
    (["10.png", "9.png", "2.png"], ["2.png", "9.png", "10.png"]),
    (["frame_0002.JPG", "frame_0001.jpg"], ["frame_0001.jpg", "frame_0002.JPG"]),
    (["img-12.webp", "img-3.webp"], ["img-3.webp", "img-12.webp"]),
    (["v1_0100.tiff", "v1_0001.tiff"], ["v1_0001.tiff", "v1_0100.tiff"]),
    (["007.bmp"], ["007.bmp"]),
  ])
  func picturesFollowTheirNumbers(names: [String], ordered: [String]) {
    #expect(NumberedPictures(names)?.pictures.map(\.name) == ordered)
  }

  /// Names that differ in more than a number are no series.
  @Test(arguments: [
    [], ["a.png", "b.png"], ["1.png", "2.jpg"], ["a1.png", "b2.png"], ["1.png", "01.png"],
    ["1.mp4", "2.mp4"], ["1.png", "readme.txt"], ["1234567890123456.png"], [".png", "1.png"],
    ["1a.png", "2a.png"], ["0001_01.jpg", "0002_01.jpg"],
  ])
  func otherNamesAreNoSeries(names: [String]) {
    #expect(NumberedPictures(names) == nil)
  }

  @Test func extensionsOfPictures() {
    for name in ["a.jpg", "a.JPEG", "a.Png", "a.webp", "a.bmp", "a.tif", "b.c.TIFF"] {
      #expect(NumberedPictures.isPicture(name), "\(name)")
    }
    for name in ["a.gif", "a.mp4", "jpg", "a.jpg.txt", "a.", ""] {
      #expect(!NumberedPictures.isPicture(name), "\(name)")
    }
  }

  /// A folder's other files and hidden ones are skipped.
  @Test func aFolderIsListed() throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles(["in/2.png", "in/1.png", "in/notes.txt", "in/._1.png", "in/sub/9.png"])
      #expect(mkfifo(folder.path(of: "in/3.png"), 0o600) == 0)
      try folder.makeLink("in/4.png", to: "1.png")
      let series = try NumberedPictures(folder: folder.path(of: "in"))
      #expect(series?.pictures.map(\.name) == ["1.png", "2.png", "4.png"])
      #expect(series?.pictures.map(\.number) == [1, 2, 4])
      #expect(try NumberedPictures(folder: folder.path) == nil)
      let error = #expect(throws: FileError.self) {
        try NumberedPictures(folder: folder.path(of: "none"))
      }
      #expect(error?.code == .missing)
    }
  }
}
