internal import Contract
package import Imaging
package import ShardStore
internal import Workers

/// Chooses crops of a store for a contact sheet: from as many different videos as fit, evenly
/// spaced crops of each.
package struct ContactSheetMaker {
  private let reader: ShardReader
  private let limit: Int

  /// - Parameter limit: maximum number of crops per label.
  package init(reader: ShardReader, limit: Int) {
    self.reader = reader
    self.limit = limit
  }

  /// The sheet, real faces above fake ones.
  package func sheet() throws -> ContactSheet {
    let samples = try reader.samples()
    return ContactSheet(sections: [
      try section(.real, "REAL", SIMD3(38, 110, 70), samples),
      try section(.fake, "FAKE", SIMD3(150, 52, 44), samples),
    ])
  }

  private func section(
    _ label: VideoLabel, _ title: String, _ colour: SIMD3<UInt8>, _ samples: [ShardReader.Sample]
  ) throws -> ContactSheet.Section {
    let own = samples.filter { $0.record.label == label }
    let videos = Set(own.map(\.record.video)).count
    let cells = try choose(own).map { sample in
      ContactSheet.Cell(
        picture: try JPEG.decode(try reader.image(of: sample)),
        caption: "\(sample.record.video) \(sample.record.frame)")
    }
    return ContactSheet.Section(
      heading: "\(title)  \(videos) videos, \(own.count) crops", colour: colour, cells: cells)
  }

  /// Evenly spaced videos, and evenly spaced crops of each: the middle one, if there is room for
  /// one only.
  private func choose(_ samples: [ShardReader.Sample]) -> [ShardReader.Sample] {
    let byVideo = Dictionary(grouping: samples, by: \.record.video).sorted { $0.key < $1.key }
      .map(\.value)
    guard !byVideo.isEmpty else { return [] }
    let count = min(byVideo.count, limit)
    let videos = evenlySpaced(count, of: byVideo.count).map { byVideo[$0] }
    let perVideo = limit / count
    return videos.flatMap { crops in
      let chosen = min(perVideo, crops.count)
      return (0..<chosen).map { crops[($0 * 2 + 1) * crops.count / (2 * chosen)] }
    }
  }
}
