import ArgumentParser
import ModelFiles

/// The options that describe a model file where the file is ambiguous.
struct ModelReadingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Where the weights are, if the file has several networks: keys, joined by points.",
      valueName: "name"))
  var key: String?

  @Option(
    help: ArgumentHelp(
      "The order of the head's layers if the file is ambiguous: batchnorm-relu or "
        + "relu-batchnorm.", valueName: "order"))
  var headOrder: Order?

  var choices: NetworkFile.Choices { NetworkFile.Choices(key: key, headOrder: headOrder?.value) }

  enum Order: String, ExpressibleByArgument, CaseIterable {
    case batchNormFirst = "batchnorm-relu"
    case reluFirst = "relu-batchnorm"

    var value: HeadOrder {
      switch self {
      case .batchNormFirst: .batchNormFirst
      case .reluFirst: .reluFirst
      }
    }
  }
}
