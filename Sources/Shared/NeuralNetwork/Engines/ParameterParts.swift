internal import WorkerPool

/// A part of the parameters that is packed, or whose gradients are merged, at once.
private struct ParameterPart: Sendable {
  /// Parameters that are no weight of a convolution have none.
  let convolution: ResNet18Layout.Convolution?
  /// Output channels of the convolution.
  let outputs: Range<Int>
  let range: Range<Int>
}

/// The parameters in parts of about 64 thousand numbers, which workers share out. What the parts are,
/// and in which order each number is summed, doesn't depend on the number of workers.
struct ParameterParts: Sendable {
  private let parts: [ParameterPart]
  private let headStart: Int

  init(_ layout: ResNet18Layout) {
    var parts: [ParameterPart] = []
    var end = 0
    func addPlain(to bound: Int) {
      for first in stride(from: end, to: bound, by: 65_536) {
        let range = first..<min(bound, first + 65_536)
        parts.append(ParameterPart(convolution: nil, outputs: 0..<0, range: range))
      }
    }
    let convolutions = layout.convolutions.sorted { $0.range.lowerBound < $1.range.lowerBound }
    for convolution in convolutions {
      addPlain(to: convolution.range.lowerBound)
      let size = convolution.shape.patchSize
      let channels = convolution.shape.outputChannels
      let step = max(1, 65_536 / size)
      for first in stride(from: 0, to: channels, by: step) {
        let outputs = first..<min(channels, first + step)
        let start = convolution.range.lowerBound
        parts.append(
          ParameterPart(
            convolution: convolution, outputs: outputs,
            range: start + outputs.lowerBound * size..<start + outputs.upperBound * size))
      }
      end = convolution.range.upperBound
    }
    // No part has numbers of both backbone and head.
    addPlain(to: layout.headStart)
    end = layout.headStart
    addPlain(to: layout.parameterCount)
    self.parts = parts
    headStart = layout.headStart
  }

  /// Packs the weights of all convolutions.
  func pack(
    _ parameters: UnsafePointer<Float>, into packed: UnsafeMutablePointer<Float>, workers: Int
  ) {
    let shared = WorkerShared((parameters, packed))
    runParallel(workers) { worker in
      let (parameters, packed) = shared.value
      for index in stride(from: worker, to: parts.count, by: workers) {
        guard let convolution = parts[index].convolution else { continue }
        let start = convolution.range.lowerBound
        packWeights(
          convolution.shape, parameters + start, outputs: parts[index].outputs,
          into: packed + start)
      }
    }
  }

  /// Sums the gradients of workers in their order, into PyTorch's layout.
  ///
  /// - Parameters:
  ///   - arenas: gradients of each worker; those of convolutions in the order of patches.
  ///   - headOnly: whether the backbone has no gradients; those written are zero.
  ///   - squares: one per part; the sum of the squares of its gradients.
  func merge(
    _ arenas: [UnsafeMutablePointer<Float>], headOnly: Bool,
    into gradients: UnsafeMutablePointer<Float>, squares: UnsafeMutablePointer<Double>
  ) {
    let shared = WorkerShared((arenas, gradients, squares))
    runParallel(arenas.count) { worker in
      let (arenas, gradients, squares) = shared.value
      for index in stride(from: worker, to: parts.count, by: arenas.count) {
        let part = parts[index]
        if headOnly && part.range.lowerBound < headStart {
          (gradients + part.range.lowerBound).update(repeating: 0, count: part.range.count)
        } else if let convolution = part.convolution {
          unpackSum(
            convolution.shape, arenas, offset: convolution.range.lowerBound,
            outputs: part.outputs, into: gradients)
        } else {
          sum(arenas, part.range, into: gradients)
        }
        squares[index] = sumOfSquares(gradients + part.range.lowerBound, count: part.range.count)
      }
    }
  }

  /// How many parts there are.
  var count: Int { parts.count }
}

private func sum(
  _ arenas: [UnsafeMutablePointer<Float>], _ range: Range<Int>,
  into gradients: UnsafeMutablePointer<Float>
) {
  for place in range {
    var total = arenas[0][place]
    for arena in arenas.dropFirst() { total += arena[place] }
    gradients[place] = total
  }
}

/// Float32 sums of 128 squares in each of eight lanes, added up in float64.
func sumOfSquares(_ values: UnsafePointer<Float>, count: Int) -> Double {
  var total = 0.0
  let whole = count / 8 * 8
  for first in stride(from: 0, to: whole, by: 1024) {
    var sum = SIMD8<Float>.zero
    for place in stride(from: first, to: min(whole, first + 1024), by: 8) {
      let vector = loadVector(values + place)
      sum += vector * vector
    }
    total += sum.doubles.sum()
  }
  for place in whole..<count { total += Double(values[place]) * Double(values[place]) }
  return total
}
