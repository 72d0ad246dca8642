/// Arrays in files of joblib. Their bytes lie between the instructions of the pickle: a wrapper
/// object has the type and shape of an array, and the elements follow the wrapper's BUILD
/// instruction. See `NumpyArrayWrapper` in joblib's `numpy_pickle.py`.
extension PickleMachine {
  private struct JoblibArray {
    var type: PickleValue
    var shape: PickleValue
    var order: PickleValue
    var isAligned: Bool
    var byteCount: Int
  }

  /// Reads the elements of an array if the object that was just built is its wrapper. The object
  /// then becomes the array.
  mutating func readJoblibArray(_ index: Int) throws(TorchFileError) {
    guard let array = try joblibArray(index) else { return }
    // The elements are aligned; one byte gives the number of padding bytes before them.
    if array.isAligned {
      let padding = Int(try reader.byte("the padding before an array"))
      _ = try reader.take(padding, "the padding before an array")
    }
    let bytes = reader.bytes[try reader.take(array.byteCount, "an array")]
    objects[index].kind = .call(NumPyGlobals.fromBuffer)
    objects[index].items = [.bytes(bytes), array.type, array.shape, array.order]
    objects[index].state = nil
  }

  /// The description of an array in its wrapper; nil for any other object.
  ///
  /// This is a function of its own so that its reference to `objects` ends before the caller
  /// changes the table: a shared table would be copied.
  private func joblibArray(_ index: Int) throws(TorchFileError) -> JoblibArray? {
    guard objects[index].kind == .opaque(NumPyGlobals.joblibWrapper),
      let state = objects[index].state
    else { return nil }
    let pickle = Pickle(objects: objects, root: .none)
    let fields = Dictionary(
      (pickle.dictionary(state) ?? []).compactMap { entry in entry.text.map { ($0, entry.value) } },
      uniquingKeysWith: { _, last in last })
    guard let shape = fields["shape"], let sides = pickle.integers(shape),
      let type = fields["dtype"],
      let order = fields["order"], sides.allSatisfy({ $0 >= 0 })
    else { throw error(.malformed, "expected the type and shape of an array of joblib") }
    var size: Int
    do throws(NumPyArray.Refused) {
      size = try NumPyType(type, in: pickle).element.byteCount
    } catch { throw self.error(error.code, error.message) }
    for side in sides {
      let (product, overflow) = size.multipliedReportingOverflow(by: side)
      guard !overflow else { throw error(.malformed, "the shape \(sides) exceeds 64 bits") }
      size = product
    }
    let alignment = fields["numpy_array_alignment_bytes"] ?? .none
    return JoblibArray(
      type: type, shape: shape, order: order, isAligned: alignment != .none, byteCount: size)
  }
}
