import CommandParts
import TrainingRun

extension TrainingSettings: SettingsExamples {
  package static let program = "trainer"
  package static let examples = (
    setting: "optimizer.learningRate=0.02", word: "learningRate", group: "selfBlending"
  )
}
