internal import Contract
package import Imaging
internal import SelfBlending
package import ShardStore

extension SampleCatalog {
  /// The picture of a sample in the store's size; its checksum is verified.
  ///
  /// - Parameters:
  ///   - index: index of the sample, 0..<`sampleCount`.
  ///   - decoder: belongs to the calling thread.
  package func picture(
    of index: Int, decoder: JPEGDecoder
  ) throws(TrainingDataError) -> PixelBuffer {
    try pictureAndRecord(of: index, decoder: decoder).picture
  }

  /// The picture of a sample as `picture(of:decoder:)` gives it, and the points of the face in it.
  func pictureAndFace(
    of index: Int, decoder: JPEGDecoder
  ) throws(TrainingDataError) -> (picture: PixelBuffer, face: FacePoints) {
    let (picture, record) = try pictureAndRecord(of: index, decoder: decoder)
    guard let face = facePoints(of: record) else {
      throw TrainingDataError(
        .damagedPicture, subject: subject(of: index),
        "the landmarks are no numbers; extract the video again")
    }
    return (picture, face)
  }

  /// The picture of a sample as `picture(of:decoder:)` gives it, and the store's record of it.
  package func pictureAndRecord(
    of index: Int, decoder: JPEGDecoder
  ) throws(TrainingDataError) -> (picture: PixelBuffer, record: SampleRecord) {
    let decoded: Result<PixelBuffer, ImagingError>
    let record: SampleRecord
    do throws(ShardStoreError) {
      (decoded, record) = try decode(entries[index], decoder)
    } catch {
      throw TrainingDataError(store: error, directory: directory)
    }
    let size = sizePixels
    switch decoded {
    case .failure(let error):
      throw TrainingDataError(
        .damagedPicture, subject: subject(of: index),
        "the picture can't be decoded; extract the video again", cause: error.description)
    case .success(let picture):
      guard picture.width == size, picture.height == size else {
        throw TrainingDataError(
          .damagedPicture, subject: subject(of: index),
          "expected \(size)x\(size) pixels, got \(picture.width)x\(picture.height)")
      }
      return (picture, record)
    }
  }

  /// The track of a sample's face: equal for the same face from frame to frame.
  package func track(of index: Int) throws(TrainingDataError) -> Int {
    let entry = entries[index]
    let video = videos[Int(entry.video)]
    do throws(ShardStoreError) {
      let key = try SampleKey(video: video.name, frame: entry.frame, face: entry.face)
      return try reader.sample(of: key, in: shards[video.shard]).record.track
    } catch {
      throw TrainingDataError(store: error, directory: directory)
    }
  }

  /// Shard and key of a sample, for messages.
  package func subject(of index: Int) -> String {
    let entry = entries[index]
    let video = videos[Int(entry.video)]
    let shard = shards[video.shard].fileName
    let key = try? SampleKey(video: video.name, frame: entry.frame, face: entry.face)
    return shard + ": " + (key?.description ?? video.name)
  }

  private func decode(
    _ entry: SampleEntry, _ decoder: JPEGDecoder
  ) throws(ShardStoreError) -> (Result<PixelBuffer, ImagingError>, SampleRecord) {
    let video = videos[Int(entry.video)]
    let key = try SampleKey(video: video.name, frame: entry.frame, face: entry.face)
    let sample = try reader.sample(of: key, in: shards[video.shard])
    guard sample.record.label == video.label else {
      throw ShardStoreError(
        .damagedRecord, subject: sample.shard.fileName + ": sample " + key.description,
        "expected a \(video.label.rawValue) sample as the video is, got a "
          + sample.record.label.rawValue + " one")
    }
    let maximumPixels = Self.maximumSizePixels * Self.maximumSizePixels
    let picture = try reader.withImage(of: sample) { file -> Result<PixelBuffer, ImagingError> in
      do throws(ImagingError) {
        return .success(try decoder.decode(file, maximumPixels: maximumPixels))
      } catch {
        return .failure(error)
      }
    }
    return (picture, sample.record)
  }
}
