/// Rule that turns the scores of a video's face crops into the score of the video.
///
/// All crops of a video count alike, whatever their face or track, so a face that is seen longer
/// weighs more. `maximum` is meant for videos in which one person of several is fake.
package enum VideoScore: String, ContractChoice {
  /// The mean of the probabilities.
  case mean
  /// The median of the probabilities; the mean of the middle two for an even count.
  case median
  /// The probability of the mean margin: confident crops weigh more.
  case meanLogit
  /// The largest probability.
  case maximum
  /// The rule of the winner of the DFDC challenge (selimsef): if more than 11 crops and more than
  /// 40% are above 0.8, the mean of those; if more than 90% are below 0.2, the mean of those; else
  /// the mean of all.
  case confident

  /// Probability of fake for a video without a face: nothing is known about it.
  package static let probabilityWithoutFace = 0.5
}
