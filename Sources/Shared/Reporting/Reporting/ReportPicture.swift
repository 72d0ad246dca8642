internal import Foundation

/// A photograph in a report: the file itself, within the page.
public struct ReportPicture: Sendable, Equatable {
  /// A JPEG file.
  public var jpeg: [UInt8]
  /// Width in pixels.
  public var width: Int
  /// Height in pixels.
  public var height: Int
  /// What it shows, for those who can't see it.
  public var description: String

  /// Creates a picture.
  public init(jpeg: [UInt8], width: Int, height: Int, description: String) {
    self.jpeg = jpeg
    self.width = width
    self.height = height
    self.description = description
  }

  /// The picture as an element that nothing is fetched for.
  var markup: Markup {
    """
    <img src="data:image/jpeg;base64,\(Data(jpeg).base64EncodedString())" width="\(width)" \
    height="\(height)" alt="\(description)"/>
    """
  }
}
