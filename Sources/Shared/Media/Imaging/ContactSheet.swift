/// Pictures in rows under headings, to see many at a glance: real faces above fake ones.
package struct ContactSheet: Sendable {
  /// One picture and its caption.
  package struct Cell: Sendable {
    /// Any square picture; it is scaled to the sheet's cells.
    package var picture: PixelBuffer
    /// A line under the picture; shortened in the middle if it is too long.
    package var caption: String

    package init(picture: PixelBuffer, caption: String) {
      self.picture = picture
      self.caption = caption
    }
  }

  /// A heading and the pictures under it.
  package struct Section: Sendable {
    /// The line above the pictures.
    package var heading: String
    /// Colour of the heading's bar: red, green, blue.
    package var colour: SIMD3<UInt8>
    /// The pictures, row by row.
    package var cells: [Cell]

    package init(heading: String, colour: SIMD3<UInt8>, cells: [Cell]) {
      self.heading = heading
      self.colour = colour
      self.cells = cells
    }
  }

  private static let gap = 8
  private static let headingHeight = 32
  private static let captionHeight = 14

  /// The sections from top to bottom.
  package var sections: [Section]

  /// Number of pictures per row.
  package var columns: Int

  /// Width and height of a picture on the sheet in pixels.
  package var cellPixels: Int

  package init(sections: [Section], columns: Int = 10, cellPixels: Int = 128) {
    precondition(columns > 0 && cellPixels > 0, "a sheet has columns of a positive width")
    self.sections = sections
    self.columns = columns
    self.cellPixels = cellPixels
  }

  /// The sheet as one picture.
  package func render() -> PixelBuffer {
    let rowHeight = cellPixels + Self.captionHeight + Self.gap
    let heights = sections.map { section in
      let rows = (section.cells.count + columns - 1) / columns
      return Self.headingHeight + Self.gap + max(rows, 1) * rowHeight
    }
    var sheet = PixelBuffer(
      width: columns * (cellPixels + Self.gap) + Self.gap,
      height: max(heights.reduce(0, +), 1) + Self.gap, red: 32, green: 32, blue: 36)
    var top = 0
    for (section, height) in zip(sections, heights) {
      draw(section, onto: &sheet, top: top)
      top += height
    }
    return sheet
  }

  private func draw(_ section: Section, onto sheet: inout PixelBuffer, top: Int) {
    let bar = PixelBuffer(
      width: sheet.width, height: Self.headingHeight, red: section.colour.x,
      green: section.colour.y, blue: section.colour.z)
    sheet.paste(bar, x: 0, y: top)
    sheet.draw(
      text: section.heading, x: Self.gap, y: top + 9, scale: 2, colour: SIMD3(255, 255, 255))
    let first = top + Self.headingHeight + Self.gap
    if section.cells.isEmpty {
      sheet.draw(text: "(no picture)", x: Self.gap, y: first + cellPixels / 2, scale: 2)
    }
    for (position, cell) in section.cells.enumerated() {
      let x = Self.gap + position % columns * (cellPixels + Self.gap)
      let y = first + position / columns * (cellPixels + Self.captionHeight + Self.gap)
      let scale = Double(max(cell.picture.width, cell.picture.height)) / Double(cellPixels)
      let transform = SimilarityTransform(a: scale, b: 0, tx: 0, ty: 0)
      sheet.paste(cell.picture.warped(sizePixels: cellPixels, by: transform), x: x, y: y)
      sheet.draw(text: fitted(cell.caption), x: x, y: y + cellPixels + 4)
    }
  }

  /// The caption, shortened in the middle to as many characters as fit under a picture.
  private func fitted(_ caption: String) -> String {
    let limit = max(cellPixels / BitmapFont.advance, 3)
    guard caption.count > limit else { return caption }
    let tail = limit / 2
    return caption.prefix(limit - tail - 2) + ".." + caption.suffix(tail)
  }
}
