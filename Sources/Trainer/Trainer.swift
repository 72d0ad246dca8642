import ArgumentParser

/// Trains, evaluates and exports the network.
@main
struct Trainer: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trainer",
    abstract: "Trains a deepfake detector from a shard store of face crops.",
    version: softwareVersion)
}

/// Version of the product, as in CHANGELOG.md.
let softwareVersion = "0.2.0"
