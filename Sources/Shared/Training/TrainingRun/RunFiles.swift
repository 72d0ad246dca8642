/// Paths of the files of a run, which need not exist. Takes no lock.
package struct RunFiles {
  package let path: String

  package init(_ path: String) { self.path = path }

  package var checkpoints: String { path + "/checkpoints" }
  package var best: String { checkpoints + "/best.pt" }
  package var pipeline: String { path + "/pipeline.yaml" }
  package var metrics: String { path + "/metrics.csv" }
  package var events: String { path + "/events" }
  package var model: String { path + "/model.pt" }
  package var safetensors: String { path + "/model.safetensors" }
  package var information: String { path + "/training_info.json" }
  package var predictions: String { path + "/predictions.csv" }
  package var report: String { path + "/report.html" }
}
