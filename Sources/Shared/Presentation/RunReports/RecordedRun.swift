internal import Contract
package import Evaluation
internal import Files
internal import Foundation
package import Judging
internal import Reporting
package import TrainingRun

/// The content of a run's folder: everything that a report shows, except the pictures. For each
/// missing part there is a reason in `gaps`.
package struct RecordedRun {
  package let files: RunFiles
  /// Last component of the folder's path; names the run where several are compared.
  package var name: String
  package let information: TrainingInformation?
  package let curve: [EpochRecord]
  package let predictions: PredictionTable?
  /// Reasons for missing parts, a sentence each.
  package private(set) var gaps: [String] = []

  private static let maximumInformationBytes = 256 << 20

  package init(_ path: String) throws {
    let path = URL(fileURLWithPath: path).path
    files = RunFiles(path)
    name = URL(fileURLWithPath: path).lastPathComponent
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue
    else {
      throw RunReportError(path, "expected the folder of a run, as 'trainer train' makes it")
    }
    let hasInformation = FileManager.default.fileExists(atPath: files.information)
    let hasMetrics = FileManager.default.fileExists(atPath: files.metrics)
    guard hasInformation || hasMetrics else {
      throw RunReportError(
        path,
        "it has neither training_info.json nor metrics.csv, so it is no run, or one that "
          + "has not finished an epoch yet")
    }
    information = hasInformation ? try Self.information(files.information) : nil
    if hasMetrics {
      curve = try CurveTable.read(files.metrics)
    } else {
      curve = information?.curve ?? []
      gaps.append("metrics.csv is missing; the curves are those of training_info.json.")
    }
    guard FileManager.default.fileExists(atPath: files.predictions) else {
      predictions = nil
      gaps.append(
        hasInformation
          ? "The run has no predictions.csv, so there are no plots of predictions; the same "
            + "'trainer train' command with --force writes it."
          : "The training has not ended: there is no model, and no predictions.")
      return
    }
    predictions = try PredictionTable(contentsOf: files.predictions)
  }

  private static func information(_ path: String) throws -> TrainingInformation {
    let bytes = try FileSystem.contents(of: path, maximumBytes: maximumInformationBytes)
    do {
      return try ContractDocument.decode(TrainingInformation.self, from: bytes)
    } catch {
      throw RunReportError(
        path,
        "expected the information as 'trainer train' writes it, got something else: \(error); the "
          + "same 'trainer train' command with --force writes it again")
    }
  }

  /// One side of the split: its metrics, and the predictions that they were computed from.
  package struct Side {
    /// One of validation, out-of-fold, test.
    package let name: String
    package let report: EvaluationReport
    package let predictions: PredictionTable.Side?

    package var isTest: Bool { name == "test" }

    /// Whether the predictions are those of a cross-validation's folds.
    package let isOutOfFold: Bool
  }

  /// The sides that were judged, the most independent one first.
  package var sides: [Side] {
    guard let information else { return [] }
    let other = information.crossValidation == nil ? "validation" : "out-of-fold"
    return [("test", "test", information.test), (other, "validation", information.validation)]
      .compactMap { name, key, report in
        guard let report else { return nil }
        let side = predictions?.sides[key]
        // The table of another export would give curves that don't fit the numbers.
        let isOfReport =
          side?.frames.count == report.frames.count
          && side?.videosWithoutFaces.count
            == report.realVideosWithoutFace + report.fakeVideosWithoutFace
        return Side(
          name: name, report: report, predictions: isOfReport ? side : nil,
          isOutOfFold: key == "validation" && information.crossValidation != nil)
      }
  }

  /// The side that the verdict is based on: test, if it has both classes.
  package var decisive: Side? {
    sides.first { $0.report.videos.real > 0 && $0.report.videos.fake > 0 } ?? sides.first
  }
}
