import SelfBlending
import Testing
import TrainingData

@testable import TrainingRun

/// Settings that a pipeline file leaves out have the defaults of their modules.
@Suite struct DefaultsTests {
  @Test func augmentationHasTheDefaultsOfItsModule() {
    #expect(TrainingSettings.Augmentation().settings == AugmentationSettings())
  }

  @Test func selfBlendingHasTheDefaultsOfItsModule() {
    #expect(TrainingSettings.SelfBlending().settings == SelfBlendingSettings())
  }
}
