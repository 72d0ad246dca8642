extension VideoRecord {
  /// The record as it is stored.
  ///
  /// - Parameter hasChecksum: whether it gets a checksum of itself and its video's name.
  func encoded(name: [UInt8], hasChecksum: Bool) throws(ShardStoreError) -> [UInt8] {
    let json = try RecordCoding.encode(self, subject: String(decoding: name, as: UTF8.self))
    return hasChecksum ? OwnChecksum.added(to: json, name: name) : json
  }

  /// Reads a stored record, after comparing it with its checksum.
  ///
  /// - Parameter hasChecksum: whether one without a checksum is damaged.
  static func read(
    _ bytes: UnsafeRawBufferPointer, name: [UInt8], hasChecksum: Bool, subject: String
  ) throws(ShardStoreError) -> VideoRecord {
    try checkChecksum(bytes, name: name, hasChecksum: hasChecksum, subject: subject)
    return try RecordCoding.decode(VideoRecord.self, from: bytes, subject: subject)
  }

  /// Throws if a stored record is not what was written.
  static func checkChecksum(
    _ bytes: UnsafeRawBufferPointer, name: [UInt8], hasChecksum: Bool, subject: String
  ) throws(ShardStoreError) {
    try RecordCoding.checkLength(bytes, subject: subject)
    try checkChecksum(Array(bytes), name: name, hasChecksum: hasChecksum, subject: subject)
  }

  /// The same for a stored record that was copied already.
  static func checkChecksum(
    _ bytes: [UInt8], name: [UInt8], hasChecksum: Bool, subject: String
  ) throws(ShardStoreError) {
    try OwnChecksum.check(bytes, name: name, isRequired: hasChecksum, subject: subject)
  }
}
