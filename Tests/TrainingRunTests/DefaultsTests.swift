import SelfBlending
import Testing
import TrainingData

@testable import TrainingRun

/// Settings that a pipeline file leaves out are those of the modules that they are for.
@Suite struct DefaultsTests {
  @Test func augmentationHasTheDefaultsOfItsModule() {
    #expect(TrainingSettings.Augmentation().settings == AugmentationSettings())
  }

  @Test func selfBlendingHasTheDefaultsOfItsModule() {
    #expect(TrainingSettings.SelfBlending().settings == SelfBlendingSettings())
  }
}
