/// Takes the videos of one task of a store. Any thread may call any method.
package protocol VideoWriter: AnyObject, Sendable {
  /// How a video ended; nil for one that the store does not have.
  func state(of video: String) -> VideoRecord.State?

  /// Stores a video, whole or not at all.
  func append(_ video: VideoExtraction) throws(ShardStoreError)

  /// Ends writing. The appended videos are in the store then, or the error says where they are.
  func finish() throws(ShardStoreError)
}

extension ShardWriter: VideoWriter {
  package func finish() throws(ShardStoreError) { close() }
}
