import CommandParts
import PipelineConfiguration

extension ExtractConfiguration: SettingsExamples {
  package static let program = "extractor"
  package static let examples = (
    setting: "sampling.framesPerVideo=16", word: "frames", group: "detection"
  )
}
