internal import Contract
package import Evaluation
internal import Files
internal import Foundation
package import Prediction
internal import ShardStore

/// All predictions on which the judgement of a model is based: `predictions.csv` of a run, one row
/// per face crop and one per video without a face. Plots and tables are made from the rows; their
/// sample keys identify the pictures in the store.
package struct PredictionTable {
  /// Predictions of one side of the split.
  package struct Side {
    package var frames: [FramePrediction] = []
    /// Sample keys in the store, one per element of `frames`.
    package var keys: [String] = []
    package var videosWithoutFaces: [EvaluatedVideo] = []

    package init(
      frames: [FramePrediction] = [], keys: [String] = [],
      videosWithoutFaces: [EvaluatedVideo] = []
    ) {
      self.frames = frames
      self.keys = keys
      self.videosWithoutFaces = videosWithoutFaces
    }
  }

  /// Sides by name.
  package var sides: [String: Side] = [:]

  /// Size of the largest table that is read, about two million crops.
  package static let maximumBytes = 512 << 20

  private static let columns = [
    "side", "video", "label", "method", "compression", "group", "frame", "sample", "margin",
  ]

  /// Columns that tables of older versions lack.
  private static let laterColumns = ["blur", "original", "dataset"]

  /// Adds the predictions of a side.
  package mutating func append(_ predictions: VideoPredictions, side: String) throws {
    var keys: [String] = []
    keys.reserveCapacity(predictions.frames.count)
    for (frame, face) in zip(predictions.frames, predictions.faces) {
      keys.append(
        try SampleKey(video: frame.video.name, frame: frame.frame, face: face).description)
    }
    sides[side] = Side(
      frames: predictions.frames, keys: keys, videosWithoutFaces: predictions.videosWithoutFaces)
  }

  /// Writes the table; a crash leaves the previous one.
  package func write(to path: String) throws {
    let rows = sides.keys.sorted().lazy.flatMap { name -> [[String]] in
      guard let side = sides[name] else { return [] }
      let frames = zip(side.frames, side.keys).map { frame, key in
        Self.cells(name, frame.video) + ["\(frame.frame)", key, "\(frame.margin)"]
          + Self.laterCells(frame.video, blur: frame.blur)
      }
      return frames
        + side.videosWithoutFaces.map {
          Self.cells(name, $0) + ["", "", ""] + Self.laterCells($0, blur: nil)
        }
    }
    try CSVTable.write(to: path, columns: Self.columns + Self.laterColumns, rows: rows)
  }

  private static func laterCells(_ video: EvaluatedVideo, blur: Double?) -> [String] {
    [blur.map { "\($0)" } ?? "", video.original ?? "", video.dataset ?? ""]
  }

  private static func cells(_ side: String, _ video: EvaluatedVideo) -> [String] {
    [
      side, video.name, video.label.rawValue, video.method ?? "", video.compression ?? "",
      video.group,
    ]
  }

  /// Reads a table; an error names the line.
  package init(contentsOf path: String) throws {
    try CSVTable.read(
      path, columns: Self.columns, optional: Self.laterColumns, maximumBytes: Self.maximumBytes
    ) { (cells, line) throws(FileError) in
      guard let row = Row(cells) else {
        throw FileError.malformed(
          path, line: line,
          "expected a side, a video with its label, and for a crop its frame, sample and margin; "
            + "train or export again")
      }
      sides[cells[0], default: Side()].append(row)
    }
  }

  package init() {}

  fileprivate struct Row {
    let video: EvaluatedVideo
    let crop: (frame: Int, key: String, margin: Double, blur: Double?)?

    init?(_ cells: [String]) {
      guard let label = VideoLabel(rawValue: cells[2]), !cells[0].isEmpty, !cells[1].isEmpty else {
        return nil
      }
      video = EvaluatedVideo(
        name: cells[1], group: cells[5], label: label, method: cells[3].isEmpty ? nil : cells[3],
        compression: cells[4].isEmpty ? nil : cells[4],
        original: cells[10].isEmpty ? nil : cells[10], dataset: cells[11].isEmpty ? nil : cells[11])
      let blur = Double(cells[9])
      guard blur != nil || cells[9].isEmpty else { return nil }
      if cells[6...9].allSatisfy(\.isEmpty) {
        crop = nil
      } else if let frame = Int(cells[6]), let margin = Double(cells[8]), !cells[7].isEmpty {
        crop = (frame, cells[7], margin, blur)
      } else {
        return nil
      }
    }
  }
}

extension PredictionTable.Side {
  fileprivate mutating func append(_ row: PredictionTable.Row) {
    if let crop = row.crop {
      frames.append(
        FramePrediction(
          video: row.video, frame: crop.frame, margin: crop.margin, blur: crop.blur))
      keys.append(crop.key)
    } else {
      videosWithoutFaces.append(row.video)
    }
  }
}
