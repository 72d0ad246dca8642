internal import Files
package import ModelFiles
internal import NeuralNetwork
internal import SwiftProtobuf

/// A model for runtimes of other languages: an ONNX file with the network in evaluation mode, and
/// with all that a caller must know to feed it (`ONNXMetadataKey`).
///
/// The format is <https://github.com/onnx/onnx/blob/main/docs/IR.md>. The same content gives the
/// same bytes.
package struct ONNXFile: Sendable {
  /// The version of the operators that the graph uses. ONNX Runtime has it since 1.12, of 2022.
  package static let opset = 17

  /// The version of the format that was released with the operators.
  private static let irVersion = Onnx_Version.irVersion2021730

  /// A program and its version.
  package struct Producer: Sendable {
    package let name: String
    package let version: String

    package init(name: String, version: String) {
      self.name = name
      self.version = version
    }
  }

  /// The whole file.
  let message: Onnx_ModelProto

  /// Translates a model.
  ///
  /// - Parameters:
  ///   - model: the network and its description.
  ///   - folds: whether BatchNorm layers are folded into the layers before them: fewer nodes, the
  ///     same answers up to rounding. Otherwise they stay as they are in PyTorch.
  ///   - producer: the program that writes the file.
  /// - Throws: `ONNXFileError` with `content`.
  package init(
    _ model: ModelFile, folds: Bool, producer: Producer
  ) throws(ONNXFileError) {
    let graph = try NetworkGraph.make(model.state, folds: folds)
    let metadata = try ONNXMetadata.entries(of: model.metadata, folds: folds)
    let size = model.state.architecture.inputSize
    message = .with {
      $0.irVersion = Int64(Self.irVersion.rawValue)
      $0.opsetImport = [.with { $0.version = Int64(Self.opset) }]
      $0.producerName = producer.name
      $0.producerVersion = producer.version
      $0.docString =
        "Deepfake detector, ResNet18 in evaluation mode. \(NetworkGraph.input): face crops of "
        + "\(size)x\(size) pixels, RGB, normalised. \(NetworkGraph.output): real, fake. How crops "
        + "are made and how logits become a verdict stands in metadata_props."
      $0.graph = graph
      $0.metadataProps = metadata.map { key, value in
        .with { ($0.key, $0.value) = (key, value) }
      }
    }
  }

  /// Number of nodes of the graph.
  package var nodeCount: Int { message.graph.node.count }

  /// Number of elements of the graph's tensors.
  package var parameterCount: Int {
    message.graph.initializer.reduce(0) { $0 + $1.dims.reduce(1) { $0 * Int($1) } }
  }

  /// The bytes of the file. The largest network that is computed here takes 0.8 GB; a file of this
  /// format may have 2 GiB.
  package func encoded() throws(ONNXFileError) -> [UInt8] {
    do {
      return try message.serializedBytes()
    } catch {
      throw ONNXFileError(.content, subject: "ONNX", "can't be encoded: \(error)")
    }
  }

  /// Writes the file: whole or not at all.
  ///
  /// - Returns: its length in bytes.
  /// - Throws: `ONNXFileError`; an existing file is unchanged then.
  @discardableResult
  package func write(to path: String) throws(ONNXFileError) -> Int {
    let bytes = try encoded()
    do throws(FileError) {
      try AtomicFile.write(bytes, to: path)
    } catch {
      throw ONNXFileError(error)
    }
    return bytes.count
  }

  /// Checks, before any work, that a file may be written: its path names nothing, an empty file or
  /// an ONNX model. A model of another kind that was named by mistake is not replaced.
  package static func checkReplaceable(_ path: String) throws(ONNXFileError) {
    do throws(FileError) {
      guard let size = try FileSystem.size(of: path), size > 0 else { return }
      // The first field of a model, by number: `ir_version`, a small integer.
      let beginning = try OpenFile(path, .read).read(count: 2, at: 0)
      guard beginning.first == 0x08, let version = beginning.last, version < 0x80 else {
        throw FileError(
          .foreign, path, "the file that is there is no ONNX model, so it is not replaced",
          advice: "name another file, or remove it")
      }
    } catch {
      throw ONNXFileError(error)
    }
  }
}

extension ONNXFileError {
  fileprivate init(_ error: FileError) {
    self.init(
      .file, subject: error.subject,
      error.messageWithAdvice + (error.cause.map { " (\($0))" } ?? ""))
  }
}
