internal import Foundation

/// A photograph in a report; the page contains its file.
package struct ReportPicture: Sendable, Equatable {
  /// A JPEG file.
  package var jpeg: [UInt8]
  /// Width in pixels.
  package var width: Int
  /// Height in pixels.
  package var height: Int
  /// Description for readers who can't see the picture.
  package var description: String

  package init(jpeg: [UInt8], width: Int, height: Int, description: String) {
    self.jpeg = jpeg
    self.width = width
    self.height = height
    self.description = description
  }

  /// The picture as an `img` element with a data URL.
  var markup: Markup {
    """
    <img src="data:image/jpeg;base64,\(Data(jpeg).base64EncodedString())" width="\(width)" \
    height="\(height)" alt="\(description)"/>
    """
  }
}
