extension KeyedDecodingContainer {
  /// Reads a whole number. For a number with a fraction the error names the key; that of
  /// Foundation's decoder doesn't.
  package func decodeWhole(_ key: Key) throws -> Int {
    let value: Double = try decodeNumber(key)
    guard let whole = Int(exactly: value) else {
      throw wrong(key, expected: "a whole number", got: "\(value)")
    }
    return whole
  }

  /// Reads a number. For a number too large for its type the error names the key; that of
  /// Foundation's decoder doesn't.
  package func decodeNumber<Number: BinaryFloatingPoint & Decodable>(
    _ key: Key
  ) throws -> Number {
    let value: Number
    do {
      value = try decode(Number.self, forKey: key)
    } catch DecodingError.dataCorrupted {
      throw wrong(key, expected: "a finite number", got: "one that is too large")
    }
    guard value.isFinite else { throw wrong(key, expected: "a finite number", got: "\(value)") }
    return value
  }

  private func wrong(_ key: Key, expected: String, got: String) -> DecodingError {
    let error = ContractError(key: key.stringValue, expected: expected, got: got)
    return .dataCorrupted(
      DecodingError.Context(
        codingPath: codingPath, debugDescription: error.description, underlyingError: error))
  }
}
