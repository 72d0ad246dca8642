/// The part of the grid of DeeperForensics-1.0 on which a model is measured.
package struct RobustnessGrid: Equatable {
  package var perturbations = Perturbation.allCases
  package var levels = Array(Perturbation.levels)
  /// Frames per video, evenly spaced; 0 takes all.
  package var framesPerVideo = 8
  package var seed: UInt64 = 1

  /// The whole grid.
  package init() {}
}
