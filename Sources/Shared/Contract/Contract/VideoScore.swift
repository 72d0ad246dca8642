/// How the scores of a video's face crops become the one of the video.
///
/// A video with several faces or tracks is scored over all its crops alike: the mean is over crops,
/// so a face that is seen longer weighs more. `maximum` is the rule for videos in which one person
/// of many is fake.
package enum VideoScore: String, ContractChoice {
  /// The mean of the probabilities.
  case mean
  /// The median of the probabilities; of an even count the mean of the middle two.
  case median
  /// The probability of the mean margin: confident crops weigh more.
  case meanLogit
  /// The largest probability.
  case maximum
  /// The rule of the winner of the DFDC challenge (selimsef): where more than 11 crops and more
  /// than 40% are above 0.8, the mean of those; where more than 90% are below 0.2, the mean of
  /// those; else the mean of all.
  case confident

  /// The probability of fake of a video without a face: nothing is known of it.
  package static let probabilityWithoutFace = 0.5
}
