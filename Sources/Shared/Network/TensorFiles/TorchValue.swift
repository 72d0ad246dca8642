/// A plain value of a PyTorch file: what `torch.load(weights_only=True)` gives in Python.
package indirect enum TorchValue: Sendable, Equatable {
  /// Python's `None`.
  case none
  /// A `bool`.
  case bool(Bool)
  /// An `int` of at most 64 bits.
  case integer(Int64)
  /// A `float`; kept to the bit.
  case number(Double)
  /// A `str`.
  case string(String)
  /// A `list`.
  case list([TorchValue])
  /// A `tuple`, also `torch.Size`.
  case tuple([TorchValue])
  /// A `dict` or `OrderedDict`, in file order.
  case dictionary([TorchEntry])
  /// A tensor, also an `nn.Parameter`.
  case tensor(TorchTensor)
  /// A value without a form here (bytes, a set, a dtype, a device, an integer of more than 64
  /// bits), described in words. It can't be written.
  case other(String)

  /// A state_dict: a dictionary of tensors in the order of `entries`.
  package static func tensors(_ entries: [TensorEntry]) -> TorchValue {
    .dictionary(entries.map { TorchEntry($0.name, .tensor($0.tensor)) })
  }

  /// The value of a dictionary's entry with that string as key; nil if there is none, and for
  /// anything that is no dictionary. Cost: linear in the number of entries.
  package subscript(key: String) -> TorchValue? {
    guard case .dictionary(let entries) = self else { return nil }
    return entries.first { $0.key == .string(key) }?.value
  }
}

/// One entry of a dictionary.
package struct TorchEntry: Sendable, Equatable {
  /// The key: a string, but optimizers also use integers.
  package let key: TorchValue
  package let value: TorchValue

  package init(key: TorchValue, value: TorchValue) {
    self.key = key
    self.value = value
  }

  package init(_ key: String, _ value: TorchValue) {
    self.init(key: .string(key), value: value)
  }
}
