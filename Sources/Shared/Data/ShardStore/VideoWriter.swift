/// Takes the videos of one task of a store. Any thread may call any method.
package protocol VideoWriter: AnyObject, Sendable {
  /// How a video ended, or nil for one that the store does not have.
  func state(of video: String) -> VideoRecord.State?

  /// Stores a video whole.
  func append(_ video: VideoExtraction) throws(ShardStoreError)

  /// Ends writing. What was appended is in the store, or the error says where it is.
  func finish() throws(ShardStoreError)
}

extension ShardWriter: VideoWriter {
  package func finish() throws(ShardStoreError) { close() }
}
