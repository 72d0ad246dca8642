/// The picture at the same time in the real video that a stored fake was made from.
struct SourcePartners: Sendable {
  private let catalog: SampleCatalog
  /// Index in the catalog of the real video, by that of the fake.
  private let realOfFake: [UInt32: UInt32]

  /// Number of fake videos whose real video may be a partner.
  var count: Int { realOfFake.count }

  /// - Parameters:
  ///   - real: indices of the real videos that may be partners.
  ///   - fake: indices of the fake videos.
  init(_ catalog: SampleCatalog, real: [Int], fake: [Int]) {
    self.catalog = catalog
    var reals: [String: UInt32] = [:]
    for index in real where !catalog.videos[index].samples.isEmpty {
      reals[catalog.videos[index].name] = UInt32(index)
    }
    var realOfFake: [UInt32: UInt32] = [:]
    for index in fake where !catalog.videos[index].samples.isEmpty {
      if let original = catalog.videos[index].original, let real = reals[original] {
        realOfFake[UInt32(index)] = real
      }
    }
    self.realOfFake = realOfFake
  }

  /// The partner of a fake sample; nil if its video has none.
  ///
  /// The partner is the real video's sample with the nearest frame; among several of one frame,
  /// that of the same face, if there is one. If the fake continues after the real video's last
  /// face, the nearest would always be that last one, so the sample at the same relative position
  /// is taken instead.
  func partner(of sample: UInt32) -> UInt32? {
    let entry = catalog.entries[Int(sample)]
    guard let real = realOfFake[entry.video] else { return nil }
    let samples = catalog.videos[Int(real)].samples
    let own = catalog.videos[Int(entry.video)].samples
    let last = catalog.entries[samples.upperBound - 1]
    if entry.frame > last.frame, own.count > 1 {
      let share = Double(Int(sample) - own.lowerBound) / Double(own.count - 1)
      let offset = Int((share * Double(samples.count - 1)).rounded())
      return UInt32(samples.lowerBound + offset)
    }
    // The first sample of this frame or a later one.
    var (low, high) = (samples.lowerBound, samples.upperBound - 1)
    while low < high {
      let middle = (low + high) / 2
      if catalog.entries[middle].frame < entry.frame { low = middle + 1 } else { high = middle }
    }
    var best = low
    if low > samples.lowerBound,
      entry.frame - catalog.entries[low - 1].frame
        < abs(catalog.entries[low].frame - entry.frame)
    {
      best = low - 1
    }
    let frame = catalog.entries[best].frame
    var same = best
    while same > samples.lowerBound, catalog.entries[same - 1].frame == frame { same -= 1 }
    while same < samples.upperBound, catalog.entries[same].frame == frame {
      if catalog.entries[same].face == entry.face { return UInt32(same) }
      same += 1
    }
    return UInt32(best)
  }
}
