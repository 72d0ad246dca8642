internal import Contract
internal import Foundation
package import ModelFiles
internal import NeuralNetwork
internal import PrintableText
internal import ShardStore
internal import TrainingData

extension Checkpoint {
  /// Whether the run that wrote the checkpoint keeps equal videos on one side of the split.
  package var joinsEqualVideos: Bool {
    settings[DataSplit.Settings.joiningRecord.key] != nil
  }

  /// The data that the run that wrote the checkpoint learns from.
  ///
  /// - Throws: `TrainingRunError` if this version doesn't know the division in the settings.
  package func division() throws -> TrainingSetup.Division {
    let record = settings[DataSplit.Settings.divisionKey]
    switch DataSplit.Settings.division(ofRecord: record) {
    case .sides: return .sides
    case .fold(let fold, of: let count): return .fold(fold, of: count)
    case .allFolds(let count):
      if let epochs = settings["crossValidation.epochs"].flatMap({ Int($0) }), epochs > 0 {
        return .allFolds(
          count, TrainingSetup.ChosenLength(epochs: epochs, videoLogLoss: .infinity))
      }
    case nil: break
    }
    throw TrainingRunError(
      "the checkpoint is of a cross-validation in a form that this software doesn't know: "
        + "\(DataSplit.Settings.divisionKey) is \"\(record ?? "")\"; take the software that wrote it"
    )
  }
}

extension Learner {
  /// Restores the learner of a checkpoint.
  ///
  /// - Throws: `TrainingRunError` if the checkpoint belongs to another run.
  package init(_ checkpoint: Checkpoint, setup: TrainingSetup, folder: CheckpointFolder) throws {
    let differences = setup.differences(from: checkpoint.settings)
    guard differences.isEmpty, checkpoint.state.architecture == setup.architecture else {
      throw TrainingRunError(
        folder.path,
        "the run was begun with other settings or data:\n  "
          + differences.map(\.printable).joined(separator: "\n  ")
          + "\nTake the same ones to resume it, or another folder (--run) to begin a new run.")
    }
    let progress: TrainingProgress
    do {
      progress = try ContractDocument.decode(
        TrainingProgress.self, from: Array(checkpoint.progress.utf8))
    } catch {
      throw TrainingRunError(folder.path, "the checkpoint's progress can't be read: \(error)")
    }
    guard
      progress.step == checkpoint.step, progress.epoch == checkpoint.epoch,
      progress.sample == checkpoint.sample
    else { throw TrainingRunError(folder.path, "the checkpoint's two positions differ") }
    guard
      (0...setup.configuration.epochs).contains(progress.epoch),
      (0...setup.order.samplesPerEpoch).contains(progress.sample),
      (0...setup.totalSteps).contains(progress.step),
      progress.step * setup.configuration.batchSize
        == progress.epoch * setup.order.samplesPerEpoch + progress.sample
    else {
      throw TrainingRunError(
        folder.path,
        "the checkpoint's position is not one of this training: step "
          + "\(progress.step), epoch \(progress.epoch), sample \(progress.sample)")
    }
    self.init(
      state: checkpoint.state, optimizer: checkpoint.optimizer, average: checkpoint.average,
      progress: progress)
  }

  /// The checkpoint of this learner.
  package func checkpoint(_ setup: TrainingSetup) throws -> Checkpoint {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return Checkpoint(
      state: state, average: average, optimizer: optimizer, step: progress.step,
      epoch: progress.epoch, sample: progress.sample,
      progress: String(decoding: try encoder.encode(progress), as: UTF8.self),
      settings: setup.settings, configuration: setup.recorded.yaml,
      recipe: setup.catalog.description.recipe, normalization: setup.normalization)
  }
}
