internal import Foundation
internal import SwiftProtobuf

/// The nodes of a graph in the order in which they are computed, and the tensors that they use.
///
/// A node's output has the node's name, so that a viewer shows one name for both.
struct GraphBuilder {
  private(set) var nodes: [Onnx_NodeProto] = []
  private(set) var initializers: [Onnx_TensorProto] = []

  /// An attribute of a node.
  enum Attribute {
    case int(String, Int)
    case ints(String, [Int])
    case float(String, Float)
  }

  /// Adds a node of ONNX's own operators.
  ///
  /// - Parameters:
  ///   - name: the node's name, also that of its one output unless `output` names it.
  ///   - operation: the operator, such as `Conv`.
  ///   - inputs: values and initializers, in the operator's order.
  /// - Returns: the name of the output.
  mutating func add(
    _ name: String, _ operation: String, _ inputs: [String], output: String? = nil,
    _ attributes: [Attribute] = []
  ) -> String {
    let output = output ?? name
    nodes.append(
      .with {
        $0.name = name
        $0.opType = operation
        $0.input = inputs
        $0.output = [output]
        $0.attribute = attributes.map(\.message)
      })
    return output
  }

  /// Adds a tensor of float32.
  ///
  /// - Returns: its name.
  mutating func add(_ name: String, _ entry: LayerWeights.Entry) -> String {
    initializers.append(
      .with {
        $0.name = name
        $0.dims = entry.shape.map(Int64.init)
        $0.dataType = Int32(Onnx_TensorProto.DataType.float.rawValue)
        // `raw_data` is little-endian, as are all processors that this is built for.
        $0.rawData = entry.values.withUnsafeBufferPointer { Data(buffer: $0) }
      })
    return name
  }
}

extension GraphBuilder.Attribute {
  fileprivate var message: Onnx_AttributeProto {
    .with {
      switch self {
      case .int(let name, let value):
        ($0.name, $0.type, $0.i) = (name, .int, Int64(value))
      case .ints(let name, let values):
        ($0.name, $0.type, $0.ints) = (name, .ints, values.map(Int64.init))
      case .float(let name, let value):
        ($0.name, $0.type, $0.f) = (name, .float, value)
      }
    }
  }
}
