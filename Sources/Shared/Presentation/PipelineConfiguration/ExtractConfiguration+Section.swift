internal import Contract
package import Settings

// What a pipeline file may say below `extract:`. A new setting is a property of `ExtractConfiguration` or
// one of its parts, and a row here; reading, `--set`, suggestions, `extractor settings` and
// docs/settings.md follow.

extension ExtractConfiguration: PipelineSection {
  package static let sectionName = "extract"
  package static let otherSections = ["train"]

  /// The data set has no default: a file without it is refused.
  package static let standard = ExtractConfiguration(dataset: .folders)

  package static let groups: [SettingGroup<ExtractConfiguration>] = [
    SettingGroup("Which videos, and where the crops go", general),
    SettingGroup("Folders with a label besides the known words", "folders", \.folders, folders),
    SettingGroup("Which columns of a table hold what", "csv", \.csv, csv),
    SettingGroup("Which frames of a video are looked at", "sampling", \.sampling, sampling),
    SettingGroup("How faces are found (MTCNN)", "detection", \.detection, detection),
    SettingGroup("Which tracks of faces are kept", "tracks", \.tracks, tracks),
    SettingGroup("How a crop is cut out of its frame", "alignment", \.alignment, alignment),
    SettingGroup("How a crop is stored", "images", \.images, images),
    SettingGroup("How the store is divided into files", "shards", \.shards, shards),
  ]

  private static let general: [Setting<ExtractConfiguration>] = [
    .choice(
      "dataset", \.dataset, isRequired: true, "How the videos and their labels lie on disk."),
    Setting.optionalPath("input", \.input, "Folder of the data set; for `csv` the file.").harmless,
    Setting.optionalPath("store", \.store, "Folder of the shard store to write.").harmless,
    Setting.integer(
      "workers", \.workers, in: 0...1024,
      "Videos that are worked on at the same time; 0 is one for each core."
    ).harmless,
    Setting.choice(
      "unlabelled", \.unlabelled, "What happens with a video whose label isn't known."
    ).harmless,
    Setting.optionalChoice(
      "label", \.label,
      "Label of everything in the folder, for `folders`; null where its folders tell the labels."
    ).harmless,
    .choice(
      "numberedPictures", \.numberedPictures,
      "What a folder of numbered pictures is: `frames` of one video, or each a `single` one."),
    Setting.texts(
      "methods", \.methods, "Manipulations to take, for `faceforensics`; [] takes all."
    ).harmless,
    Setting.texts(
      "compressions", \.compressions, "Compressions to take, for `faceforensics`; [] takes all."
    ).harmless,
  ]

  private static let folders: [Setting<Folders>] = [
    Setting.texts("real", \.real, "Names of folders of genuine videos, e.g. `\"0\"`.").harmless,
    Setting.texts("fake", \.fake, "Names of folders of manipulated videos, e.g. `\"1\"`.").harmless,
  ]

  private static let csv: [Setting<CSV>] = [
    Setting.optionalText("path", \.path, "Column with the files; null is found by its name.")
      .harmless,
    Setting.optionalText("label", \.label, "Column with the labels; null is found by its name.")
      .harmless,
    Setting.optionalText("fake", \.fake, "Value of the label column that means fake.").harmless,
    Setting.optionalText("group", \.group, "Column with the groups of people.").harmless,
    Setting.optionalText("split", \.split, "Column with the splits.").harmless,
    Setting.optionalPath(
      "folder", \.folder, "Where relative paths of the table start; null is the table's folder."
    ).harmless,
  ]

  private static let sampling: [Setting<Sampling>] = [
    .integer(
      "framesPerVideo", \.framesPerVideo, in: 1...10000,
      "Frames of each video, evenly spaced in presentation time."),
    .optionalNumber(
      "framesPerSecond", \.framesPerSecond, in: 0.001...1000,
      "Frame rate of numbered pictures in a folder; null where it isn't known. It gives them times "
        + "and changes no crop."),
    Setting.flag(
      "skipUnneededFrames", \.skipUnneededFrames,
      "Whether only what the chosen frames need is decoded: faster, and the same bytes."
    ).harmless,
  ]

  private static let detection: [Setting<Detection>] = [
    Setting.path(
      "weights", \.weights, "Folder with `pnet.pt`, `rnet.pt` and `onet.pt`."
    ).harmless,
    .numbers(
      "thresholds", \.thresholds, count: 3, in: 0...1, "Least scores of the three networks."),
    .integer(
      "minimumFaceSize", \.minimumFaceSize, in: 12...4096,
      "Side of the smallest face that is looked for, in pixels of the original picture."),
    .number(
      "pyramidFactor", \.pyramidFactor, in: 0.3...0.95,
      "Ratio of neighbouring picture sizes in the search."),
    .integer(
      "searchShortSide", \.searchShortSide, in: 64...8640, zeroMeans: "full size",
      "Short side of the reduced picture that is searched, in pixels."),
    .integer(
      "fullSearchInterval", \.fullSearchInterval, in: 1...10000,
      "Every n-th sampled frame is searched whole, the others near known faces only."),
    .flag(
      "brightenWhenEmpty", \.brightenWhenEmpty,
      "Whether a frame without faces is searched again, brightened."),
    Setting.flag(
      "reuseOriginals", \.reuseOriginals,
      "Whether faces of a fake are looked for only where the real video that it was made from has "
        + "them, if both have the same pictures."
    ).absent(means: "false"),
  ]

  private static let tracks: [Setting<Tracks>] = [
    .integer(
      "minimumFrames", \.minimumFrames, in: 1...10000, "Least number of frames of a track."),
    .number("minimumScore", \.minimumScore, in: 0...1, "Least mean score of a track."),
    .integer(
      "maximumPerVideo", \.maximumPerVideo, in: 0...10000,
      "Tracks that are kept of a video, the longest first; 0 is all."),
  ]

  private static let alignment: [Setting<Alignment>] = [
    .choice(
      "kind", \.kind,
      "What a crop is aligned to; `none` takes pictures as crops that are ready."),
    .number("margin", \.margin, in: 1...4, "Side of the crop as a multiple of the face's."),
    .integer("size", \.size, in: 32...1024, "Side of the stored crop, in pixels."),
    Setting.choice(
      "fill", \.fill, "What a crop shows where it reaches beyond its frame."
    ).absent(means: "black"),
  ]

  private static let images: [Setting<Images>] = [
    .integer("jpegQuality", \.jpegQuality, in: 1...100, "Quality of the JPEG files.")
  ]

  private static let shards: [Setting<Shards>] = [
    Setting.integer(
      "maximumMebibytes", \.maximumMebibytes, in: 1...65536,
      "Size at which a shard is finished, in MiB."
    ).harmless
  ]

  /// Settings of another data set than the one that is read.
  package var contradictions: [SettingContradiction] {
    var found: [SettingContradiction] = []
    if let label, dataset != .folders {
      found.append(
        .init("label", "expected null unless dataset is folders, got '\(label.rawValue)'"))
    }
    let lists = [
      ("methods", methods, Dataset.faceforensics),
      ("compressions", compressions, .faceforensics),
      ("folders.real", folders.real, .folders), ("folders.fake", folders.fake, .folders),
    ]
    for (key, names, owner) in lists where !names.isEmpty && dataset != owner {
      found.append(
        .init(
          key, "expected [] unless dataset is \(owner.rawValue), got \(names.count) names"))
    }
    let columns = [
      ("path", csv.path), ("label", csv.label), ("fake", csv.fake), ("group", csv.group),
      ("split", csv.split), ("folder", csv.folder),
    ]
    for case (let key, let value?) in columns where dataset != .csv {
      found.append(.init("csv.\(key)", "expected null unless dataset is csv, got '\(value)'"))
    }
    return found
  }
}
