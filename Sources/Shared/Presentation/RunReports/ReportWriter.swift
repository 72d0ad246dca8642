internal import Files
internal import Foundation
package import Reporting

/// Writes a report: the page, and each drawing as a file in `plots` beside it.
package enum ReportWriter {
  /// Writes the page and its drawings; drawings of an earlier report are replaced.
  package static func write(_ page: ReportPage, to path: String) throws {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    let plots = folder + "/plots"
    let drawings = page.drawings
    if !drawings.isEmpty {
      do {
        try FileManager.default.createDirectory(
          atPath: plots, withIntermediateDirectories: true)
      } catch {
        throw RunReportError(plots, "can't make the folder: \(error.localizedDescription)")
      }
    }
    for drawing in drawings {
      try AtomicFile.write(text: drawing.file, to: "\(plots)/\(drawing.name).svg")
    }
    // The page is written last, when all its drawings exist.
    try AtomicFile.write(text: page.html, to: path)
  }
}
