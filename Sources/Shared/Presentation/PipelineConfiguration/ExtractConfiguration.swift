public import Contract

/// Settings of the extractor: the section `extract:` of a pipeline file. The values written here are
/// the defaults; `pipelines/*.yaml` explain when to change them.
public struct ExtractConfiguration: Sendable, Equatable {
  /// How the videos and their labels lie on disk.
  public enum Dataset: String, Sendable, CaseIterable {
    case dfdc, faceforensics, celebdf, folders, csv
  }

  /// What happens with a video that no label is known of.
  public enum UnlabelledVideos: String, Sendable, CaseIterable {
    case fail, skip
  }

  /// What a folder of numbered pictures is.
  public enum NumberedPictures: String, Sendable, CaseIterable {
    case frames, single
  }

  /// Layout of the data set; the one setting without a default.
  public var dataset: Dataset

  /// Folder of the data set, for `csv` the file; absolute.
  public var input: String?

  /// Folder of the shard store to write; absolute.
  public var store: String?

  /// Videos that are worked on at the same time, 0...1024; 0 is one per core.
  public var workers = 0

  /// What happens with a video that no label is known of.
  public var unlabelled = UnlabelledVideos.fail

  /// The label of everything in the folder, for `folders`; nil where its folders tell the labels.
  public var label: VideoLabel?

  /// Whether a folder of numbered pictures is one video, or each picture one.
  public var numberedPictures = NumberedPictures.frames

  /// Manipulations to take (FaceForensics++); empty takes all.
  public var methods: [String] = []

  /// Compressions to take (FaceForensics++); empty takes all.
  public var compressions: [String] = []

  /// Folders with a label besides the known words (dataset `folders`).
  public var folders = Folders()

  /// Which columns of the table hold what (dataset `csv`).
  public var csv = CSV()

  /// Which frames of a video are looked at.
  public var sampling = Sampling()

  /// How faces are found.
  public var detection = Detection()

  /// Which tracks of faces are kept.
  public var tracks = Tracks()

  /// How a crop is cut out of its frame.
  public var alignment = Alignment()

  /// How a crop is stored.
  public var images = Images()

  /// How the store is divided into files.
  public var shards = Shards()

  /// Defaults for everything but the data set.
  public init(dataset: Dataset) {
    self.dataset = dataset
  }
}

extension ExtractConfiguration {
  /// Names of folders that have a label, in any case.
  public struct Folders: Sendable, Equatable {
    /// Folders of genuine videos, e.g. `0`.
    public var real: [String] = []

    /// Folders of manipulated videos, e.g. `1`.
    public var fake: [String] = []

    /// The defaults.
    public init() {}
  }

  /// Which columns of a table hold what; nil is left to the header.
  public struct CSV: Sendable, Equatable {
    /// The column with the files.
    public var path: String?

    /// The column with the labels.
    public var label: String?

    /// The value of the label column that means fake.
    public var fake: String?

    /// The column with the groups.
    public var group: String?

    /// The column with the splits.
    public var split: String?

    /// Where relative paths start; absolute. nil is the table's folder.
    public var folder: String?

    /// The defaults.
    public init() {}
  }

  /// Which frames of a video are looked at.
  public struct Sampling: Sendable, Equatable {
    /// Frames per video, evenly spaced in presentation time, 1...10000.
    public var framesPerVideo = 32

    /// Of numbered pictures in a folder, 0.001...1000; nil where that isn't known. It gives them times
    /// and changes no crop.
    public var framesPerSecond: Double?

    /// Whether only what the chosen frames need is decoded. Faster, and the same bytes.
    public var skipUnneededFrames = true

    /// The defaults.
    public init() {}
  }

  /// How faces are found (MTCNN).
  public struct Detection: Sendable, Equatable {
    /// Folder with `pnet.pt`, `rnet.pt` and `onet.pt`. Absolute after reading; this default is seen
    /// from the pipeline file's folder.
    public var weights = "../weights/mtcnn"

    /// Least scores of the three networks, each 0...1.
    public var thresholds = [0.6, 0.7, 0.7]

    /// Side of the smallest face that is looked for, in pixels of the original picture, 12...4096.
    public var minimumFaceSize = 20

    /// Ratio of neighbouring picture sizes in the search, 0.3...0.95.
    public var pyramidFactor = 0.709

    /// Short side of the reduced picture that is searched, in pixels, 64...8640; 0 is full size.
    public var searchShortSide = 360

    /// Every n-th sampled frame is searched whole, the others near known faces only, 1...10000.
    public var fullSearchInterval = 8

    /// Whether a frame without faces is searched again, brightened.
    public var brightenWhenEmpty = true

    /// Whether a fake is looked for faces only where the real video that it was made from has them, if both
    /// have the same pictures. Saves searching where a data set has several fakes of each real video.
    public var reuseOriginals = false

    /// The defaults.
    public init() {}
  }

  /// Which tracks of faces are kept.
  public struct Tracks: Sendable, Equatable {
    /// Least number of frames of a track, 1...10000.
    public var minimumFrames = 3

    /// Least mean score of a track, 0...1.
    public var minimumScore = 0.9

    /// Tracks that are kept of a video, longest first, 0...10000; 0 is all.
    public var maximumPerVideo = 0

    /// The defaults.
    public init() {}
  }

  /// How a crop is cut out of its frame.
  public struct Alignment: Sendable, Equatable {
    /// What a crop is aligned to.
    public var kind = CropGeometry.Alignment.landmarks

    /// Side of the crop as a multiple of the face's, 1...4.
    public var margin = 1.3

    /// Side of the stored crop in pixels, 32...1024.
    public var size = 224

    /// What a crop shows where it reaches beyond its frame.
    public var fill = CropGeometry.Fill.black

    /// The defaults.
    public init() {}
  }

  /// How a crop is stored.
  public struct Images: Sendable, Equatable {
    /// JPEG quality, 1...100.
    public var jpegQuality = 95

    /// The defaults.
    public init() {}
  }

  /// How the store is divided into files.
  public struct Shards: Sendable, Equatable {
    /// Size at which a shard is finished, in MiB, 1...65536.
    public var maximumMebibytes = 128

    /// The defaults.
    public init() {}
  }
}
