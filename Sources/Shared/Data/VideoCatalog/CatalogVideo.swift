package import Contract

/// One labelled video of a data set.
package struct CatalogVideo: Codable, Sendable, Equatable {
  /// Path below the data set's folder, with "/" between components: the video's identity in the
  /// store. Unique in a catalog.
  package var name: String

  /// Path of the file, or of the folder of frames, on this machine.
  package var path: String

  /// The video's form on disk.
  package var form: VideoForm

  /// Real or fake, from the data set's own metadata.
  package var label: VideoLabel

  /// Name of the connected component over original, source and target. Videos of one group belong
  /// to one part of every split.
  package var group: String

  /// The data set's own split, if it has one.
  package var split: DatasetSplit?

  /// Manipulation method, e.g. `Deepfakes`; nil for real videos and if unknown.
  package var method: String?

  /// Compression level, e.g. `c23`; nil if the data set has none.
  package var compression: String?

  /// Name of the real video that a fake was made from, if the catalog has it in the same
  /// compression; nil for real videos and if unknown.
  package var original: String?

  /// The data set that the video is from, e.g. `Celeb-DF`; nil if unknown.
  package var dataset: String?

  package init(
    name: String, path: String, label: VideoLabel, group: String, split: DatasetSplit? = nil,
    method: String? = nil, compression: String? = nil, form: VideoForm = .video,
    original: String? = nil, dataset: String? = nil
  ) {
    self.name = name
    self.path = path
    self.form = form
    self.label = label
    self.group = group
    self.split = split
    self.method = method
    self.compression = compression
    self.original = original
    self.dataset = dataset
  }
}
