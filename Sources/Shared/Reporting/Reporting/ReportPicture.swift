internal import Foundation

/// A photograph in a report: the file itself, within the page.
package struct ReportPicture: Sendable, Equatable {
  /// A JPEG file.
  package var jpeg: [UInt8]
  /// Width in pixels.
  package var width: Int
  /// Height in pixels.
  package var height: Int
  /// What it shows, for those who can't see it.
  package var description: String

  /// Creates a picture.
  package init(jpeg: [UInt8], width: Int, height: Int, description: String) {
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
