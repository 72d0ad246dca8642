internal import Contract
package import ShardStore
internal import Terminal

/// Properties of the streams of a store's videos, counted by label: a model may learn a property in
/// which real and fake videos differ, instead of faces.
package struct StreamSummary: Codable, Equatable {
  /// Numbers of videos with one value of a property.
  package struct Row: Codable, Equatable {
    /// The property, e.g. `pixel format`.
    package var property: String
    /// Its value; `unknown` in records of older software.
    package var value: String
    /// Real videos with the value.
    package var real = 0
    /// Fake videos with the value.
    package var fake = 0
  }

  /// Maximum number of rows per property; the less frequent values share one.
  private static let maximumValues = 8

  /// The rows by property, the most frequent value first.
  package var rows: [Row] = []
  /// Median bits per second of the real videos; nil if unknown.
  package var medianBitsPerSecondReal: Int?
  /// Median bits per second of the fake videos; nil if unknown.
  package var medianBitsPerSecondFake: Int?

  package init(_ records: [VideoRecord]) {
    let extracted = records.filter { $0.state == .done }
    for (property, values) in Self.properties {
      rows += Self.count(property, values, extracted)
    }
    medianBitsPerSecondReal = Self.median(extracted, .real)
    medianBitsPerSecondFake = Self.median(extracted, .fake)
  }

  /// Values of a record by property; a property may have several.
  private static let properties: [(String, @Sendable (VideoRecord) -> [String])] = [
    ("codec", { [$0.codec ?? "unknown"] }),
    ("frame rate", { [$0.stream?.framesPerSecond.map(text) ?? "unknown"] }),
    ("pixel format", { [$0.stream?.pixelFormat ?? "unknown"] }),
    ("transfer", { [$0.stream.map { $0.transfer ?? "not given" } ?? "unknown"] }),
    ("primaries", { [$0.stream.map { $0.primaries ?? "not given" } ?? "unknown"] }),
    ("matrix", { [$0.stream.map { $0.matrix ?? "not given" } ?? "unknown"] }),
    ("range", { [$0.stream.map { $0.range ?? "not given" } ?? "unknown"] }),
    ("field order", { [$0.stream?.fieldOrder ?? "unknown"] }),
    ("pixel shape", { [$0.stream.map { $0.sampleAspectRatio ?? "not given" } ?? "unknown"] }),
    ("mirrored", { [$0.stream?.isMirrored.map { $0 ? "yes" : "no" } ?? "unknown"] }),
    ("treatment", { $0.stream?.treatment ?? [] }),
    ("remark", { $0.stream?.remarks ?? [] }),
  ]

  private static func count(
    _ property: String, _ values: (VideoRecord) -> [String], _ records: [VideoRecord]
  ) -> [Row] {
    var counts: [String: Row] = [:]
    for record in records {
      for value in values(record) {
        counts[value, default: Row(property: property, value: value)].add(record.label)
      }
    }
    let ordered = counts.values.sorted {
      ($1.real + $1.fake, $0.value) < ($0.real + $0.fake, $1.value)
    }
    guard ordered.count > maximumValues else { return ordered }
    let rest = ordered.dropFirst(maximumValues - 1)
    return ordered.prefix(maximumValues - 1) + [
      Row(
        property: property, value: "\(rest.count) others", real: rest.reduce(0) { $0 + $1.real },
        fake: rest.reduce(0) { $0 + $1.fake })
    ]
  }

  private static func median(_ records: [VideoRecord], _ label: VideoLabel) -> Int? {
    let rates = records.filter { $0.label == label }.compactMap { $0.stream?.bitsPerSecond }
      .sorted()
    return rates.isEmpty ? nil : rates[rates.count / 2]
  }

  /// The frame rate with up to two decimals, as 29.97 and 30 differ.
  private static func text(_ framesPerSecond: Double) -> String {
    let hundredths = (framesPerSecond * 100).rounded()
    guard let whole = Int(exactly: hundredths) else { return "\(framesPerSecond)" }
    guard whole % 100 != 0 else { return "\(whole / 100)" }
    let rest = whole % 100
    return "\(whole / 100).\(rest < 10 ? "0" : "")\(rest)"
  }

  /// The counts as a table, and the bit rates.
  package var text: String {
    var table = TextTable(header: ["stream", "value", "real", "fake"])
    var property = ""
    for row in rows {
      table.append([
        row.property == property ? "" : row.property, row.value, "\(row.real)", "\(row.fake)",
      ])
      property = row.property
    }
    func rate(_ bits: Int?) -> String { bits.map { "\($0 / 1000) kbit/s" } ?? "unknown" }
    return table.render()
      + "\nMedian bit rate: real \(rate(medianBitsPerSecondReal)), fake "
      + rate(medianBitsPerSecondFake)
  }
}

extension StreamSummary.Row {
  fileprivate mutating func add(_ label: VideoLabel) {
    switch label {
    case .real: real += 1
    case .fake: fake += 1
    }
  }
}
