/// The limits of the behaviour checks. The values written here are the defaults; they are wide: a
/// weak but honest model passes, a broken one does not.
package struct BehaviourLimits: Codable, Sendable, Equatable {
  /// Smallest share of predictions of either class, both true classes weighted alike.
  package var leastClassShare = 0.02

  /// Smallest standard deviation of the crops' probability. At half a percentage point people see
  /// the same number on every video.
  package var leastSpread = 0.005

  /// A probability closer than this to 0 or 1 is complete confidence.
  package var completeConfidence = 0.001

  /// Largest share of crops with complete confidence in one class, both true classes weighted
  /// alike.
  package var largestConfidentShare = 0.98

  /// Smallest balanced accuracy over crops that justifies complete confidence in both classes.
  package var deservedConfidenceAccuracy = 0.98

  /// The model is better than chance if at most this share of the arrangements of groups ranks
  /// fakes as well. Stricter than `largestShareOfSwapped`: it takes more to trust a model than to
  /// doubt it.
  package var largestShareOfChance = 0.01

  /// The same for arrangements of videos, if there are too few groups.
  package var largestShareOfChanceByVideo = 0.001

  /// If at most this share of the arrangements ranks fakes as badly, the model's classes are
  /// swapped.
  package var largestShareOfSwapped = 0.05

  /// If the data rule out that balanced accuracy and AUC reach this value, the model counts as no
  /// better than chance.
  package var leastUsefulAccuracy = 0.6

  /// Largest standard deviation of the AUC under chance with which data can rule anything out:
  /// twice that must fit between 0.5 and `leastUsefulAccuracy`.
  package var largestSpreadOfChance = 0.05

  /// Smallest difference of logits, relative to their size, that counts as another answer: a
  /// hundred times the rounding error of float32 in a deep network.
  package var leastRelativeChange = 1e-4

  /// Smallest share of pictures that must get another answer when they are changed.
  package var leastChangedShare = 0.9

  /// Largest share of a BatchNorm layer's channels that may have exactly mean 0 and variance 1.
  package var largestDefaultShare = 0.5

  package init() {}

  /// Reads limits of this or an older version, which had fewer of them.
  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    func read(_ value: inout Double, _ key: CodingKeys) throws {
      value = try values.decodeIfPresent(Double.self, forKey: key) ?? value
    }
    try read(&leastClassShare, .leastClassShare)
    try read(&leastSpread, .leastSpread)
    try read(&completeConfidence, .completeConfidence)
    try read(&largestConfidentShare, .largestConfidentShare)
    try read(&deservedConfidenceAccuracy, .deservedConfidenceAccuracy)
    try read(&largestShareOfChance, .largestShareOfChance)
    try read(&largestShareOfChanceByVideo, .largestShareOfChanceByVideo)
    try read(&largestShareOfSwapped, .largestShareOfSwapped)
    try read(&leastUsefulAccuracy, .leastUsefulAccuracy)
    try read(&largestSpreadOfChance, .largestSpreadOfChance)
    try read(&leastRelativeChange, .leastRelativeChange)
    try read(&leastChangedShare, .leastChangedShare)
    try read(&largestDefaultShare, .largestDefaultShare)
  }
}
