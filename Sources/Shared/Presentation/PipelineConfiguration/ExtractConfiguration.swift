package import Contract

/// Settings of the extractor: the section `extract:` of a pipeline file. The values written here are
/// the defaults; `pipelines/*.yaml` explain when to change them.
package struct ExtractConfiguration: Sendable, Equatable {
  /// How the videos and their labels lie on disk.
  package enum Dataset: String, Sendable, CaseIterable {
    case dfdc, faceforensics, celebdf, folders, csv
  }

  /// What happens with a video that no label is known of.
  package enum UnlabelledVideos: String, Sendable, CaseIterable {
    case fail, skip
  }

  /// What a folder of numbered pictures is.
  package enum NumberedPictures: String, Sendable, CaseIterable {
    case frames, single
  }

  /// Layout of the data set; the one setting without a default.
  package var dataset: Dataset

  /// Folder of the data set, for `csv` the file; absolute.
  package var input: String?

  /// Folder of the shard store to write; absolute.
  package var store: String?

  /// Videos that are worked on at the same time, 0...1024; 0 is one per core.
  package var workers = 0

  /// What happens with a video that no label is known of.
  package var unlabelled = UnlabelledVideos.fail

  /// The label of everything in the folder, for `folders`; nil where its folders tell the labels.
  package var label: VideoLabel?

  /// Whether a folder of numbered pictures is one video, or each picture one.
  package var numberedPictures = NumberedPictures.frames

  /// Manipulations to take (FaceForensics++); empty takes all.
  package var methods: [String] = []

  /// Compressions to take (FaceForensics++); empty takes all.
  package var compressions: [String] = []

  /// Folders with a label besides the known words (dataset `folders`).
  package var folders = Folders()

  /// Which columns of the table hold what (dataset `csv`).
  package var csv = CSV()

  /// Which frames of a video are looked at.
  package var sampling = Sampling()

  /// How faces are found.
  package var detection = Detection()

  /// Which tracks of faces are kept.
  package var tracks = Tracks()

  /// How a crop is cut out of its frame.
  package var alignment = Alignment()

  /// How a crop is stored.
  package var images = Images()

  /// How the store is divided into files.
  package var shards = Shards()

  /// Defaults for everything but the data set.
  package init(dataset: Dataset) {
    self.dataset = dataset
  }
}

extension ExtractConfiguration {
  /// Names of folders that have a label, in any case.
  package struct Folders: Sendable, Equatable {
    /// Folders of genuine videos, e.g. `0`.
    package var real: [String] = []

    /// Folders of manipulated videos, e.g. `1`.
    package var fake: [String] = []

    /// The defaults.
    package init() {}
  }

  /// Which columns of a table hold what; nil is left to the header.
  package struct CSV: Sendable, Equatable {
    /// The column with the files.
    package var path: String?

    /// The column with the labels.
    package var label: String?

    /// The value of the label column that means fake.
    package var fake: String?

    /// The column with the groups.
    package var group: String?

    /// The column with the splits.
    package var split: String?

    /// Where relative paths start; absolute. nil is the table's folder.
    package var folder: String?

    /// The defaults.
    package init() {}
  }

  /// Which frames of a video are looked at.
  package struct Sampling: Sendable, Equatable {
    /// Frames per video, evenly spaced in presentation time, 1...10000.
    package var framesPerVideo = 32

    /// Of numbered pictures in a folder, 0.001...1000; nil where that isn't known. It gives them times
    /// and changes no crop.
    package var framesPerSecond: Double?

    /// Whether only what the chosen frames need is decoded. Faster, and the same bytes.
    package var skipUnneededFrames = true

    /// The defaults.
    package init() {}
  }

  /// How faces are found (MTCNN).
  package struct Detection: Sendable, Equatable {
    /// Folder with `pnet.pt`, `rnet.pt` and `onet.pt`. Absolute after reading; this default is seen
    /// from the pipeline file's folder.
    package var weights = "../weights/mtcnn"

    /// Least scores of the three networks, each 0...1.
    package var thresholds = [0.6, 0.7, 0.7]

    /// Side of the smallest face that is looked for, in pixels of the original picture, 12...4096.
    package var minimumFaceSize = 20

    /// Ratio of neighbouring picture sizes in the search, 0.3...0.95.
    package var pyramidFactor = 0.709

    /// Short side of the reduced picture that is searched, in pixels, 64...8640; 0 is full size.
    package var searchShortSide = 360

    /// Every n-th sampled frame is searched whole, the others near known faces only, 1...10000.
    package var fullSearchInterval = 8

    /// Whether a frame without faces is searched again, brightened.
    package var brightenWhenEmpty = true

    /// Whether a fake is looked for faces only where the real video that it was made from has them, if both
    /// have the same pictures. Saves searching where a data set has several fakes of each real video.
    package var reuseOriginals = false

    /// The defaults.
    package init() {}
  }

  /// Which tracks of faces are kept.
  package struct Tracks: Sendable, Equatable {
    /// Least number of frames of a track, 1...10000.
    package var minimumFrames = 3

    /// Least mean score of a track, 0...1.
    package var minimumScore = 0.9

    /// Tracks that are kept of a video, longest first, 0...10000; 0 is all.
    package var maximumPerVideo = 0

    /// The defaults.
    package init() {}
  }

  /// How a crop is cut out of its frame.
  package struct Alignment: Sendable, Equatable {
    /// What a crop is aligned to.
    package var kind = CropGeometry.Alignment.landmarks

    /// Side of the crop as a multiple of the face's, 1...4.
    package var margin = 1.3

    /// Side of the stored crop in pixels, 32...1024.
    package var size = 224

    /// What a crop shows where it reaches beyond its frame.
    package var fill = CropGeometry.Fill.black

    /// The defaults.
    package init() {}
  }

  /// How a crop is stored.
  package struct Images: Sendable, Equatable {
    /// JPEG quality, 1...100.
    package var jpegQuality = 95

    /// The defaults.
    package init() {}
  }

  /// How the store is divided into files.
  package struct Shards: Sendable, Equatable {
    /// Size at which a shard is finished, in MiB, 1...65536.
    package var maximumMebibytes = 128

    /// The defaults.
    package init() {}
  }
}
