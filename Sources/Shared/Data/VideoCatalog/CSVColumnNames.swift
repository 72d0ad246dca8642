/// Known names of columns in tables of videos. Only letters and digits are compared; case is
/// ignored.
enum CSVColumnNames {
  static let path: Set<String> = [
    "path", "filename", "file", "filepath", "fullpath", "video", "videopath", "videoname",
    "videofile", "videofilename", "name", "image", "imagepath", "imagename", "imagefile", "img",
    "imgpath", "imgname", "framepath", "clip", "clippath", "clipname", "relativepath", "relpath",
  ]

  /// Columns that hold a label by their name.
  static let label: Set<String> = [
    "label", "labels", "labelstr", "labelname", "labeltext", "isfake", "isreal", "fake", "real",
    "isdeepfake", "deepfake", "groundtruth", "truth",
  ]

  /// Columns that hold a label if all of their values are labels.
  static let perhapsLabel: Set<String> = [
    "class", "classname", "target", "category", "type", "y", "gt",
  ]

  static let group: Set<String> = [
    "group", "groupid", "identity", "identityid", "person", "personid", "subject", "subjectid",
    "actor", "actorid", "speaker", "speakerid",
  ]

  /// Columns that hold a split if all of their values are splits; `split` itself always does.
  static let split: Set<String> = ["split", "set", "subset", "partition"]

  static let method: Set<String> = [
    "method", "manipulation", "manipulationmethod", "manipulationtype",
  ]

  static let original: Set<String> = ["original", "originalvideo", "originalfile"]

  static let dataset: Set<String> = ["dataset", "datasetname", "benchmark"]

  /// All names that have a meaning.
  static let all = path.union(label).union(perhapsLabel).union(group).union(split).union(method)
    .union(original).union(dataset).union(["compression"])

  /// Columns where true and 1 mean fake.
  static let fakeFlags: Set<String> = ["isfake", "fake", "isdeepfake", "deepfake"]

  /// Columns where true and 1 mean real.
  static let realFlags: Set<String> = ["isreal", "real"]

  /// The name in lower case, without spaces and punctuation.
  static func compact(_ name: String) -> String { FolderWord.words(of: name).joined() }
}
