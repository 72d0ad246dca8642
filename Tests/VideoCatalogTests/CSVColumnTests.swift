import Contract
import Foundation
import TestSupport
import Testing

@testable import VideoCatalog

/// Columns by other names, other separators, other spellings of labels.
/// Tables that say the opposite of their folders, methods or other columns.
@Suite struct CSVContradictionTests {
  @Test(arguments: [
    "path,label\noriginal/a.mp4,1\nDeepfakes/b.mp4,0\n",
    "path,label\ntraining_real/a.mp4,1\ntraining_fake/b.mp4,0\n",
    "path,label\npristine/a.mp4,1\nDeepFake/b.mp4,0\n",
    "path,label\nreal/a.mp4,1\nstylegan/b.mp4,0\n",
    "path,label,target\nv/real/a.mp4,1,1\nv/fake/b.mp4,0,0\n",
    "path,label,method\nx/a.mp4,1,original\nx/b.mp4,0,Deepfakes\n",
    "path,label,method\nx/a.mp4,1,original\nx/b.mp4,0,FaceSwap\n",
    "path,label,method\nx/a.mp4,1,\nx/b.mp4,0,NeuralTextures\n",
    "path,label,label_str\nx/a.mp4,1,REAL\nx/b.mp4,0,FAKE\nx/c.mp4,1,unknown\n",
    "path,label,verdict\nx/a.mp4,1,REAL\nx/b.mp4,0,FAKE\n",
  ]) func areErrors(table: String) throws {
    try withTemporaryDirectory { folder in
      let paths = table.split(separator: "\n").dropFirst().map { String($0.prefix { $0 != "," }) }
      try folder.makeFiles(paths)
      try folder.write(table, to: "list.csv")
      #expect {
        _ = try VideoCatalog.load(kind: .csv, input: folder.path(of: "list.csv"))
      } throws: { ($0 as? VideoCatalogError)?.code == .contradiction }
      // The advice works.
      let catalog = try VideoCatalog.load(
        kind: .csv, input: folder.path(of: "list.csv"),
        options: CatalogOptions(csv: CSVSettings(label: "label", fake: "0")))
      #expect(catalog.videos.first { $0.name.hasSuffix("b.mp4") }?.label == .fake)
    }
  }

  /// What pandas writes for a missing value is read as missing.
  @Test func missingValuesAreNoGroup() throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles(["a.mp4", "b.mp4"])
      try folder.write("path,label,group\na.mp4,real,NaN\nb.mp4,fake,nan\n", to: "list.csv")
      let catalog = try VideoCatalog.load(kind: .csv, input: folder.path(of: "list.csv"))
      #expect(Set(catalog.videos.map(\.group)) == ["csv:a.mp4", "csv:b.mp4"])
    }
  }
}

/// Folders whose names mention both labels, or one in an unknown way.
@Suite struct UnclearFolderTests {
  @Test(arguments: ["fake/not_real/a.mp4", "real/Fake-Faces-HQ/a.mp4", "FaceSwap/real2/a.mp4"])
  func areErrors(path: String) throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles([path, "real/x.mp4", "fake/y.mp4"])
      #expect {
        _ = try VideoCatalog.load(kind: .folders, input: folder.path)
      } throws: { ($0 as? VideoCatalogError)?.code == .contradiction }
    }
  }

  /// 0 and 1 in a data set's folder may be labels or people; the advice works for both.
  @Test func zeroAndOneAreAskedFor() throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles(["deepfake/0/a.mp4", "deepfake/1/b.mp4"])
      #expect {
        _ = try VideoCatalog.load(kind: .folders, input: folder.path)
      } throws: {
        ($0 as? VideoCatalogError)?.suggestion?.contains("--set folders.real=[0]") == true
      }
      for labels in [
        FolderLabels(real: ["0"], fake: ["1"]), FolderLabels(real: ["1"], fake: ["0"]),
      ] {
        let catalog = try VideoCatalog.load(
          kind: .folders, input: folder.path, options: CatalogOptions(folderLabels: labels))
        #expect(
          catalog.videos.map(\.label) == (labels.real == ["0"] ? [.real, .fake] : [.fake, .real]))
      }
      // Folders with other numbers are people.
      try folder.makeFiles(["deepfake/2/c.mp4", "real/2/d.mp4"])
      let people = try VideoCatalog.load(kind: .folders, input: folder.path)
      #expect(Set(people.videos.map(\.group)).count == 3)
    }
  }

  /// Pictures with one number in several splits show different people.
  @Test func numbersBeginAnewInEachSplit() throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles(
        ["train", "valid", "test"].flatMap { ["\($0)/real/00001.jpg", "\($0)/fake/a1.jpg"] })
      let catalog = try VideoCatalog.load(kind: .folders, input: folder.path)
      #expect(Set(catalog.videos.map(\.group)).count == 6)
    }
  }

  /// Numbers and versions beside a label don't count.
  @Test func numbersBesideALabelAreUnderstood() throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles([
        "progan/car/0_real/1.png", "progan/car/1_fake/2.png", "originals_v2/a.mp4",
      ])
      let catalog = try VideoCatalog.load(kind: .folders, input: folder.path)
      #expect(
        catalog.videos.map(\.label) == [.real, .real, .fake], "\(catalog.videos.map(\.name))")
    }
  }

  /// One label for everything doesn't swallow a folder that says something else.
  @Test(arguments: ["fake_v2/a.jpg", "not_real/a.jpg", "AI-generated faces 2023/a.jpg"])
  func areNotSwallowed(path: String) throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles([path, "house/b.jpg"])
      #expect {
        _ = try VideoCatalog.load(
          kind: .folders, input: folder.path, options: CatalogOptions(label: .real))
      } throws: { ($0 as? VideoCatalogError)?.code == .contradiction }
    }
  }
}

@Suite struct CSVColumnTests {
  private func load(
    _ text: String, files: [String] = ["a.mp4", "b.mp4"], _ csv: CSVSettings = CSVSettings()
  ) throws -> VideoCatalog {
    try withTemporaryDirectory { folder in
      try folder.makeFiles(files)
      try folder.write(text, to: "list.csv")
      return try VideoCatalog.load(
        kind: .csv, input: folder.path(of: "list.csv"), options: CatalogOptions(csv: csv))
    }
  }

  private static let expected: [String: VideoLabel] = ["a.mp4": .real, "b.mp4": .fake]

  @Test(arguments: [
    "filename,label\na.mp4,REAL\nb.mp4,FAKE\n",
    "video;is_fake\na.mp4;0\nb.mp4;1\n",
    "name\tLabel\na.mp4\t0.0\nb.mp4\t1.0\n",
    ",File Path,Label,Frame Count\n0,a.mp4,REAL,75\n1,b.mp4,FAKE,75\n",
    "video_path,is_fake\na.mp4,False\nb.mp4,True\n",
    "FilePath,class\na.mp4,original\nb.mp4,Deepfakes\n",
    "img_path,target\na.mp4,0\nb.mp4,1\n",
    "Video Name,isReal\na.mp4,1\nb.mp4,0\n",
    "file;Ground Truth\n\"a.mp4\";\"genuine\"\nb.mp4;manipulated\n",
    ",label,split,original\na.mp4,REAL,train,\nb.mp4,FAKE,train,a.mp4\n",
    "path;is_fake\na.mp4;0,0\nb.mp4;1,0\n",
    "path,deepfake\na.mp4,no\nb.mp4,yes\n",
    "path,label,target\na.mp4,real,anna\nb.mp4,fake,bert\n",
    "path,filename,label\na.mp4,x,real\nb.mp4,y,fake\n",
    "path,label,label_str\na.mp4,0,real\nb.mp4,1,fake\n",
  ])
  func readsOtherColumns(text: String) throws {
    #expect(try load(text).labels == Self.expected, "\(text)")
  }

  /// What a bare 0 and 1 mean by convention is overridden by `csv.fake`.
  @Test(arguments: [
    ("path,label\na.mp4,1\nb.mp4,0\n", "0"),
    ("path,label\na.mp4,1.0\nb.mp4,0.0\n", "0"),
    ("path,label\na.mp4,True\nb.mp4,False\n", "False"),
    ("path,label\na.mp4,human\nb.mp4,AI\n", "ai"),
    ("path,label\na.mp4,real\nb.mp4,swap\n", "swap"),
    ("path,label,label_str\na.mp4,1,real\nb.mp4,0,fake\n", "0"),
  ])
  func theValueThatMeansFake(text: String, fake: String) throws {
    #expect(
      try load(text, files: ["a.mp4", "b.mp4"], CSVSettings(fake: fake)).labels == Self.expected)
  }

  @Test func refusesAValueThatIsNotThere() {
    for (fake, values) in [("2", "0, 1"), ("ai", "0, 1")] {
      expectError(.invalidOption, "csv.fake", "got \(fake)", values) {
        _ = try load("path,label\na.mp4,0\nb.mp4,1\n", CSVSettings(fake: fake))
      }
    }
    expectError(.invalidOption, "csv.fake", "ai, human, dog") {
      _ = try load(
        "path,label\na.mp4,human\nb.mp4,ai\nc.mp4,dog\n", CSVSettings(fake: "ai"))
    }
  }

  /// Two columns of labels that disagree are an error; both settings in the advice work.
  @Test(arguments: [
    "label", "is_fake", "Label",
  ])
  func refusesColumnsThatDisagree(column: String) throws {
    let text = "path,\(column),label_str\na.mp4,1,real\nb.mp4,0,fake\n"
    expectError(
      .contradiction, "list.csv:2", "column \(column) says 1 (fake)", "column label_str says real",
      "--set csv.label=label_str"
    ) { _ = try load(text) }
    #expect(try load(text, CSVSettings(label: "label_str")).labels == Self.expected)
  }

  @Test func offersTheOtherSenseWhereItAgrees() throws {
    let text = "path,label,label_str\na.mp4,1,real\nb.mp4,0,fake\n"
    expectError(.contradiction, "If 0 means fake in label: --set csv.fake=0") {
      _ = try load(text)
    }
    #expect(try load(text, CSVSettings(fake: "0")).labels == Self.expected)
    let mixed = "path,label,label_str\na.mp4,1,real\nb.mp4,1,fake\n"
    let error = #expect(throws: VideoCatalogError.self) { try load(mixed) }
    #expect(error?.suggestion?.contains("csv.fake") == false)
  }

  /// A bare number against the folders of the path: the convention may be the other one.
  @Test func refusesNumbersThatContradictTheFolders() throws {
    let files = ["train/real/a.jpeg.mp4", "train/fake/b.mp4"]
    let text = "path,label\n\(files[0]),1\n\(files[1]),0\n"
    expectError(
      .contradiction, "list.csv:2", "says 1 (fake)", "folder real of its path says real",
      "--set csv.fake=0", "--set csv.fake=1"
    ) { _ = try load(text, files: files) }
    let asFolders = try load(text, files: files, CSVSettings(fake: "0"))
    #expect(asFolders.labels == [files[0]: .real, files[1]: .fake])
    let asNumbers = try load(text, files: files, CSVSettings(fake: "1"))
    #expect(asNumbers.labels == [files[0]: .fake, files[1]: .real])
    // Words need no convention, and numbers that agree are fine.
    #expect(
      try load("path,label\n\(files[0]),0\n\(files[1]),1\n", files: files).labels
        == asFolders.labels)
    #expect(
      try load("path,label\n\(files[0]),fake\n\(files[1]),real\n", files: files).labels
        == asNumbers.labels)
    // So it is for real videos alone.
    expectError(.contradiction, "--set csv.fake=0") {
      _ = try load("path,label\n\(files[0]),1\n", files: files)
    }
    #expect(
      try load("path,label\n\(files[0]),1\n", files: files, CSVSettings(fake: "0")).labels
        == [files[0]: .real])
  }

  /// Several columns that may hold the same: the likely one is named, with its setting.
  @Test func namesTheLikelyColumn() throws {
    let cases: [(text: String, advice: String, settings: CSVSettings)] = [
      (
        "filename,video,label\nx,a.mp4,real\ny,b.mp4,fake\n", "--set csv.path=video",
        CSVSettings(path: "video")
      ),
      (
        "File Path,name,label\na.mp4,anna,real\nb.mp4,bert,fake\n",
        "--set \"csv.path='File Path'\"", CSVSettings(path: "File Path")
      ),
      (
        "clip of it,label\na.mp4,real\nb.mp4,fake\n", "--set \"csv.path='clip of it'\"",
        CSVSettings(path: "clip of it")
      ),
      (
        "path,verdict\na.mp4,real\nb.mp4,fake\n", "--set csv.label=verdict",
        CSVSettings(label: "verdict")
      ),
      (
        "path,label,person,subject\na.mp4,real,1,2\nb.mp4,fake,1,3\n", "--set csv.group=person",
        CSVSettings(group: "person")
      ),
      (
        "path,label\na.mp4,human\nb.mp4,by a machine\n", "--set csv.fake=human",
        CSVSettings(fake: "by a machine")
      ),
    ]
    for (text, advice, settings) in cases {
      expectError(.malformedMetadata, "list.csv:", advice) { _ = try load(text) }
      #expect(try load(text, settings).labels == Self.expected, "\(text)")
    }
  }

  /// A table that begins with a row, a score instead of a label, more than two values.
  @Test func saysWhatIsNoLabel() throws {
    expectError(.malformedMetadata, "The first line looks like a row") {
      _ = try load("a.mp4,real\nb.mp4,fake\n")
    }
    #expect(try load("path,label\na.mp4,real\nb.mp4,fake\n").labels == Self.expected)
    expectError(.malformedMetadata, "A number such as a score") {
      _ = try load("path,label\na.mp4,0.5\nb.mp4,0.5\n")
    }
    expectError(.malformedMetadata, "list.csv:3", "--set csv.fake=2") {
      _ = try load("path,label\na.mp4,1\nb.mp4,2\n")
    }
    #expect(
      try load("path,label\na.mp4,1\nb.mp4,2\n", CSVSettings(fake: "2")).labels == Self.expected)
    expectError(.malformedMetadata, "Write real or fake") {
      _ = try load(
        "path,label\na.mp4,cat\nb.mp4,dog\nc.mp4,cow\n", files: ["a.mp4", "b.mp4", "c.mp4"])
    }
    expectError(.invalidOption, "csv.folder: there is no such folder") {
      _ = try load("path,label\na.mp4,real\n", CSVSettings(folder: "/nowhere/at all"))
    }
  }

  @Test func refusesSettingsThatNameNoColumn() {
    for settings in [
      CSVSettings(path: "nothing"), CSVSettings(label: "nothing"), CSVSettings(group: "nothing"),
      CSVSettings(split: "nothing"),
    ] {
      expectError(.invalidOption, "list.csv:1", "path,label", "got nothing") {
        _ = try load("path,label\na.mp4,real\nb.mp4,fake\n", settings)
      }
    }
    expectError(.invalidOption, "csv", "folders") {
      _ = try VideoCatalog.load(
        kind: .folders, input: ".", options: CatalogOptions(csv: CSVSettings(fake: "0")))
    }
  }

  /// Groups by other names, and splits in columns that hold nothing else.
  @Test func readsGroupsAndSplits() throws {
    let catalog = try load("path,label,Person ID,set\na.mp4,real,7,train\nb.mp4,fake,7,dev\n")
    #expect(Set(catalog.videos.map(\.group)) == ["csv:7"])
    #expect(catalog.videos.map(\.split) == [.train, .validation])
    let other = try load("path,label,set\na.mp4,real,blue\nb.mp4,fake,red\n")
    #expect(other.videos.map(\.split) == [nil, nil])
    let chosen = try load(
      "path,label,who,part\na.mp4,real,x,test\nb.mp4,fake,x,test\n",
      CSVSettings(group: "who", split: "part"))
    #expect(Set(chosen.videos.map(\.group)) == ["csv:x"])
    #expect(chosen.videos.map(\.split) == [.test, .test])
  }

  /// Originals are connected with their fakes.
  @Test func connectsOriginals() throws {
    let catalog = try load(
      "filename,label,original\na.mp4,REAL,\nb.mp4,FAKE,a.mp4\nc.mp4,FAKE,gone.mp4\nd.mp4,REAL,\n"
        + "e.mp4,FAKE,gone.mp4\n",
      files: ["a.mp4", "b.mp4", "c.mp4", "d.mp4", "e.mp4"])
    #expect(catalog.partition == [["a.mp4", "b.mp4"], ["c.mp4", "e.mp4"], ["d.mp4"]])
  }

  /// Names of known data sets are connected in a table, too, unless it has groups.
  @Test func connectsKnownNames() throws {
    let files = [
      "original/000.mp4", "original/003.mp4", "Deepfakes/000_003.mp4",
      "DeepFakeDetection/01_02__exit_phone_room__YVGY8LOK.mp4", "original/183.mp4",
    ]
    let rows = zip(files, ["REAL", "REAL", "FAKE", "FAKE", "REAL"])
    let text = "File Path,Label\n" + rows.map { "\($0),\($1)\n" }.joined()
    let catalog = try load(text, files: files)
    #expect(catalog.partition == [[files[0], files[1], files[2]], [files[3]], [files[4]]])
    #expect(catalog[files[3]]?.group == "faceforensics:actor/01")
    let grouped = try load(
      "path,label,group\n"
        + zip(files, ["real,a", "real,b", "fake,c", "fake,d", "real,e"])
        .map { "\($0),\($1)\n" }.joined(), files: files)
    #expect(Set(grouped.videos.map(\.group)) == ["csv:a", "csv:b", "csv:c", "csv:d", "csv:e"])
  }

  /// FakeAVCeleb's own list has the folder in columns of their own.
  @Test func readsTheListOfFakeAVCeleb() throws {
    let files = [
      "RealVideo-RealAudio/African/men/id00076/00109.mp4",
      "FakeVideo-RealAudio/African/men/id00076/00109_id00701_x.mp4",
      "RealVideo-FakeAudio/Asian (East)/women/id00701/00010_fake.mp4",
    ]
    let text = """
      source,target1,target2,method,category,type,race,gender,path,
      id00076,-,-,real,A,RealVideo-RealAudio,African,men,00109.mp4,F/RealVideo-RealAudio/African/men/id00076
      id00076,id00701,-,faceswap,C,FakeVideo-RealAudio,African,men,00109_id00701_x.mp4,F/x
      id00701,-,-,rtvc,B,RealVideo-FakeAudio,Asian (East),women,00010_fake.mp4,F/y

      """
    let catalog = try load(text, files: files)
    #expect(catalog.labels == [files[0]: .real, files[1]: .fake, files[2]: .real])
    #expect(Set(catalog.videos.map(\.group)) == ["folders:fakeavceleb/id00076"])
    #expect(catalog[files[1]]?.method == "faceswap")
  }
}
