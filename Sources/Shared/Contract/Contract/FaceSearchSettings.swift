/// How faces are searched for in a video.
package struct FaceSearchSettings: ContractValue {
  /// Thresholds and pyramid of the cascade. Its `minimumFaceSize` is in pixels of the original
  /// picture; the levels of the pyramid are those of a full-size search, so that both find the same
  /// faces at the same positions.
  ///
  /// In effect, faces of less than about 20 pixels in the reduced picture aren't searched for. As
  /// the levels are discrete, the effective minimum is the smallest `minimumFaceSize /
  /// pyramidFactor^n` that has at least 18.5 pixels there: with the defaults 56 pixels in a 1080p
  /// picture, 40 in a 720p one, 28 in a 480p one (`FaceSearcher.effectiveMinimumFaceSize`).
  package var cascade: MTCNNSettings

  /// Shorter side, in pixels, to which a picture is reduced when all of it is searched; a smaller
  /// picture keeps its size. 0 searches at full size.
  package var searchShortSide: Int

  /// Interval, in frames, at which the whole picture is searched; the frames between are searched
  /// around known faces only.
  package var fullSearchInterval: Int

  /// Whether a dark picture without a face is brightened and searched again.
  package var brightenWhenEmpty: Bool

  /// Whether a fake is searched for faces only where its original has them, if both have the same
  /// frames at the same times. Unused if there is no original, as at prediction time.
  package var reusesOriginals: Bool

  private enum CodingKeys: String, CodingKey {
    case cascade, searchShortSide, fullSearchInterval, brightenWhenEmpty
    case reusesOriginals = "reuseOriginals"
  }

  package init(
    cascade: MTCNNSettings = MTCNNSettings(), searchShortSide: Int = 360,
    fullSearchInterval: Int = 8, brightenWhenEmpty: Bool = true, reusesOriginals: Bool = false
  ) {
    self.cascade = cascade
    self.searchShortSide = searchShortSide
    self.fullSearchInterval = fullSearchInterval
    self.brightenWhenEmpty = brightenWhenEmpty
    self.reusesOriginals = reusesOriginals
  }

  /// Reads settings; throws if a value is out of range. Without `reuseOriginals`, which older
  /// software didn't write, it is off.
  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    cascade = try values.decode(MTCNNSettings.self, forKey: .cascade)
    searchShortSide = try values.decodeWhole(.searchShortSide)
    fullSearchInterval = try values.decodeWhole(.fullSearchInterval)
    brightenWhenEmpty = try values.decode(Bool.self, forKey: .brightenWhenEmpty)
    reusesOriginals = try values.decodeIfPresent(Bool.self, forKey: .reusesOriginals) ?? false
    try validate(readFrom: decoder)
  }

  /// Writes the settings; `reuseOriginals`, which older software doesn't know, only if it is on.
  package func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(cascade, forKey: .cascade)
    try values.encode(searchShortSide, forKey: .searchShortSide)
    try values.encode(fullSearchInterval, forKey: .fullSearchInterval)
    try values.encode(brightenWhenEmpty, forKey: .brightenWhenEmpty)
    if reusesOriginals { try values.encode(true, forKey: .reusesOriginals) }
  }

  package func validate() throws(ContractError) {
    do throws(ContractError) {
      try cascade.validate()
    } catch {
      throw error.within("cascade")
    }
    guard searchShortSide == 0 || (64...8640).contains(searchShortSide) else {
      throw ContractError(
        key: "searchShortSide", expected: "64 to 8640 pixels, or 0 for full size",
        got: "\(searchShortSide)", advice: "usual is 360")
    }
    guard fullSearchInterval >= 1 else {
      throw ContractError(
        key: "fullSearchInterval", expected: "1 or more pictures", got: "\(fullSearchInterval)",
        advice: "usual is 8")
    }
  }
}
