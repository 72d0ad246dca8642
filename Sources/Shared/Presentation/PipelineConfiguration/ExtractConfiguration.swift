package import Contract

/// Settings of the extractor: the section `extract:` of a pipeline file. The values written here are
/// the defaults; `ExtractConfiguration.groups` says what each may be and means.
package struct ExtractConfiguration: Sendable, Equatable {
  /// How the videos and their labels lie on disk.
  package enum Dataset: String, Sendable, CaseIterable, Codable {
    case dfdc, faceforensics, celebdf, folders, csv
  }

  /// What happens with a video that no label is known of.
  package enum UnlabelledVideos: String, Sendable, CaseIterable, Codable {
    case fail, skip
  }

  /// What a folder of numbered pictures is.
  package enum NumberedPictures: String, Sendable, CaseIterable, Codable {
    case frames, single
  }

  /// The one setting without a default.
  package var dataset: Dataset
  package var input: String?
  package var store: String?
  package var workers = 0
  package var unlabelled = UnlabelledVideos.fail
  package var label: VideoLabel?
  package var numberedPictures = NumberedPictures.frames
  package var methods: [String] = []
  package var compressions: [String] = []
  package var folders = Folders()
  package var csv = CSV()
  package var sampling = Sampling()
  package var detection = Detection()
  package var tracks = Tracks()
  package var alignment = Alignment()
  package var images = Images()
  package var shards = Shards()

  /// Defaults for everything but the data set.
  package init(dataset: Dataset) {
    self.dataset = dataset
  }
}

extension ExtractConfiguration {
  /// Names of folders that have a label, in any case.
  package struct Folders: Sendable, Equatable {
    package var real: [String] = []
    package var fake: [String] = []
  }

  /// Which columns of a table hold what; nil is left to the header.
  package struct CSV: Sendable, Equatable {
    package var path: String?
    package var label: String?
    package var fake: String?
    package var group: String?
    package var split: String?
    package var folder: String?
  }

  /// Which frames of a video are looked at.
  package struct Sampling: Sendable, Equatable {
    package var framesPerVideo = 32
    package var framesPerSecond: Double?
    package var skipUnneededFrames = true
  }

  /// How faces are found (MTCNN).
  package struct Detection: Sendable, Equatable {
    /// Absolute after reading; this default starts at the folder of the pipeline file.
    package var weights = "../weights/mtcnn"
    package var thresholds = [0.6, 0.7, 0.7]
    package var minimumFaceSize = 20
    package var pyramidFactor = 0.709
    package var searchShortSide = 360
    package var fullSearchInterval = 8
    package var brightenWhenEmpty = true
    package var reuseOriginals = false
  }

  /// Which tracks of faces are kept.
  package struct Tracks: Sendable, Equatable {
    package var minimumFrames = 3
    package var minimumScore = 0.9
    package var maximumPerVideo = 0
  }

  /// How a crop is cut out of its frame.
  package struct Alignment: Sendable, Equatable {
    package var kind = CropGeometry.Alignment.landmarks
    package var margin = 1.3
    package var size = 224
    package var fill = CropGeometry.Fill.black
  }

  /// How a crop is stored.
  package struct Images: Sendable, Equatable {
    package var jpegQuality = 95
  }

  /// How the store is divided into files.
  package struct Shards: Sendable, Equatable {
    package var maximumMebibytes = 128
  }
}
