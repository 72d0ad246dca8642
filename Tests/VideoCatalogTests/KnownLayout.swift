import Contract
import TestSupport
import VideoCatalog

/// A line of the table of layouts in docs/extraction.md: files in that layout, and what a catalog
/// must say about them.
struct KnownLayout: Sendable {
  /// A file, or a folder of frames if the path ends with a slash, and what is known about it; files
  /// with the same number are one group.
  struct File: Sendable {
    var path: String
    var label: VideoLabel
    var group: Int
    var split: DatasetSplit?

    init(_ path: String, _ label: VideoLabel, _ group: Int, _ split: DatasetSplit? = nil) {
      self.path = path
      self.label = label
      self.group = group
      self.split = split
    }

    /// Name of the video.
    var name: String { path.hasSuffix("/") ? String(path.dropLast()) : path }

    /// The files to make.
    var paths: [String] {
      path.hasSuffix("/") ? ["000.png", "005.png"].map { path + $0 } : [path]
    }
  }

  /// The first column of the table.
  var id: String
  var kinds: [CatalogKind]
  var files: [File]
  /// Lists and tables, by path.
  var documents: [String: String] = [:]
  /// The table that is the input; nil if the folder is.
  var input: String?
  var folders = FolderLabels()
  var csv = CSVSettings()
  var labelOfAll: VideoLabel?
  /// Whether relative paths of the table start at the data set's folder.
  var startsAtRoot = false
  /// Files that exist and are not used for training.
  var others: [String] = []

  static let all = dfdc + faceForensics + celebDF + folders + tables

  static func layout(_ id: String) -> KnownLayout? { all.first { $0.id == id } }

  private static let dfdc = [
    KnownLayout(
      id: "dfdc-parts", kinds: [.dfdc],
      files: [
        File("dfdc_train_part_0/a.mp4", .real, 0), File("dfdc_train_part_0/b.mp4", .fake, 0),
        File("dfdc_train_part_1/c.mp4", .real, 1),
      ],
      documents: [
        "dfdc_train_part_0/metadata.json":
          #"{"a.mp4": {"label": "REAL", "split": "train"}, "#
          + #""b.mp4": {"label": "FAKE", "split": "train", "original": "a.mp4"}}"#,
        "dfdc_train_part_1/metadata.json": #"{"c.mp4": {"label": "REAL", "split": "train"}}"#,
      ]),
    KnownLayout(
      id: "dfdc-kaggle", kinds: [.dfdc],
      files: [
        File("train_sample_videos/a.mp4", .real, 0), File("train_sample_videos/b.mp4", .fake, 0),
      ],
      documents: [
        "train_sample_videos/metadata.json":
          #"{"a.mp4": {"label": "REAL"}, "b.mp4": {"label": "FAKE", "original": "a.mp4"}}"#,
        "sample_submission.csv": "filename,label\nx.mp4,0.5\n",
      ], others: ["test_videos/x.mp4"]),
    KnownLayout(
      id: "dfdc-preview", kinds: [.dfdc],
      files: [
        File("method_A/20/20_A_000.mp4", .fake, 0, .test),
        File("original_videos/10/10_A_000.mp4", .real, 0, .train),
        File("original_videos/20/20_A_000.mp4", .real, 0, .test),
        File("original_videos/30/30_A_000.mp4", .real, 1, .train),
      ],
      documents: [
        "dataset.json":
          #"{"method_A/20/20_A_000.mp4": {"label": "fake", "set": "test", "#
          + #""target_id": "20", "swapped_id": "10"}, "#
          + ["10": "train", "20": "test", "30": "train"].sorted { $0.key < $1.key }
          .map {
            #""original_videos/\#($0.key)/\#($0.key)_A_000.mp4": "#
              + #"{"label": "real", "set": "\#($0.value)"}"#
          }.joined(separator: ", ") + "}"
      ]),
    KnownLayout(
      id: "lav-df", kinds: [.dfdc],
      files: [
        File("dev/000003.mp4", .real, 1, .validation), File("test/000004.mp4", .real, 2, .test),
        File("train/000001.mp4", .real, 0, .train), File("train/000002.mp4", .fake, 0, .train),
      ],
      documents: [
        "metadata.json":
          #"[{"file": "train/000001.mp4", "n_fakes": 0, "modify_video": false, "split": "train"}, "#
          + #"{"file": "train/000002.mp4", "n_fakes": 1, "modify_video": true, "#
          + #""original": "train/000001.mp4", "split": "train"}, "#
          + #"{"file": "dev/000003.mp4", "n_fakes": 1, "modify_video": false, "#
          + #""modify_audio": true, "split": "dev"}, "#
          + #"{"file": "test/000004.mp4", "n_fakes": 0, "modify_video": false, "split": "test"}]"#
      ]),
  ]

  private static let faceForensics = [
    KnownLayout(
      id: "faceforensics", kinds: [.faceforensics],
      files: [
        File("manipulated_sequences/Deepfakes/c23/videos/000_003.mp4", .fake, 0, .train),
        File("original_sequences/youtube/c23/videos/000.mp4", .real, 0, .train),
        File("original_sequences/youtube/c23/videos/071.mp4", .real, 1, .test),
      ],
      documents: [
        "splits/train.json": #"[["000", "003"]]"#, "splits/test.json": #"[["071", "054"]]"#,
      ]),
    KnownLayout(
      id: "faceforensics-mirror", kinds: [.faceforensics, .folders],
      files: [
        File("DeepFakeDetection/01_02__exit_phone_room__YVGY8LOK.mp4", .fake, 1),
        File("Deepfakes/000_003.mp4", .fake, 0, .train),
        File("Face2Face/003_000.mp4", .fake, 0, .train),
        File("original/000.mp4", .real, 0, .train), File("original/183.mp4", .real, 2, .test),
      ],
      documents: [
        "csv/FF++_Metadata.csv": ",File Path,Label\n0,Deepfakes/000_003.mp4,FAKE\n",
        "train.json": #"[["000", "003"]]"#, "test.json": #"[["183", "253"]]"#,
      ]),
    KnownLayout(
      id: "faceforensics-table", kinds: [.csv],
      files: [
        File("Deepfakes/000_003.mp4", .fake, 0), File("original/000.mp4", .real, 0),
        File("original/183.mp4", .real, 1),
      ],
      documents: [
        "csv/FF++_Metadata.csv":
          ",File Path,Label,Frame Count,Width,Height,Codec,File Size(MB)\n"
          + "0,Deepfakes/000_003.mp4,FAKE,75,640,480,h264,0.1\n"
          + "1,original/000.mp4,REAL,75,640,480,h264,0.1\n"
          + "2,original/183.mp4,REAL,75,640,480,h264,0.1\n"
      ], input: "csv/FF++_Metadata.csv", startsAtRoot: true),
    KnownLayout(
      id: "faceforensics-names", kinds: [.folders],
      files: [
        File("fake/000_003.mp4", .fake, 0), File("fake/010_011.mp4", .fake, 1),
        File("real/000.mp4", .real, 0), File("real/003.mp4", .real, 0),
        File("real/010.mp4", .real, 1),
      ]),
    KnownLayout(
      id: "deepfakedetection", kinds: [.faceforensics],
      files: [
        File(
          "manipulated_sequences/DeepFakeDetection/c23/videos/01_02__walking__AB12CD34.mp4", .fake,
          0),
        File("original_sequences/actors/c23/videos/01__walking.mp4", .real, 0),
        File("original_sequences/actors/c23/videos/03__walking.mp4", .real, 1),
      ]),
    KnownLayout(
      id: "deepfakedetection-mirror", kinds: [.folders],
      files: [
        File("DFD_manipulated_sequences/01_02__walking__AB12CD34.mp4", .fake, 0),
        File("DFD_original sequences/01__walking.mp4", .real, 0),
        File("DFD_original sequences/03__walking.mp4", .real, 1),
      ]),
  ]

  private static let celebDF = [
    (
      "celebdf", "Celeb-real/id0_0000.mp4", "Celeb-synthesis/id0_id1_0000.mp4",
      "YouTube-real/00000.mp4"
    ),
    (
      "celebdf-videos", "Celeb-real/videos/id0_0000.mp4", "celeb-synthesis/videos/id0_id1_0000.mp4",
      "Youtube-real/videos/00000.mp4"
    ),
    (
      "celebdf-frames", "Celeb-real/frames/id0_0000/",
      "Celeb-synthesis/frames/id0_id1_0000/", "YouTube-real/frames/00000/"
    ),
  ].map { id, real, fake, youTube in
    KnownLayout(
      id: id, kinds: [.celebdf],
      files: [
        File(real, .real, 0, .train), File(fake, .fake, 0, .test), File(youTube, .real, 1, .test),
      ],
      documents: [
        "List_of_testing_videos.txt":
          "1 YouTube-real/00000.mp4\n0 Celeb-synthesis/id0_id1_0000.mp4\n"
      ])
  }

  private static let folders = [
    KnownLayout(
      id: "deepfakebench", kinds: [.folders],
      files: [
        File("Celeb-DF-v1/Celeb-real/frames/id0_0000/", .real, 2),
        File("Celeb-DF-v1/Celeb-synthesis/frames/id0_id1_0000/", .fake, 2),
        File("Celeb-DF-v1/YouTube-real/frames/00000/", .real, 3),
        File(
          "FaceForensics++/manipulated_sequences/Deepfakes/c23/frames/000_003/", .fake, 0,
          .train),
        File(
          "FaceForensics++/original_sequences/youtube/c23/frames/000/", .real, 0, .train),
        File("FaceForensics++/original_sequences/youtube/c23/frames/071/", .real, 1, .test),
      ],
      documents: [
        "FaceForensics++/train.json": #"[["000", "003"]]"#,
        "FaceForensics++/test.json": #"[["071", "054"]]"#,
      ], others: ["FaceForensics++/manipulated_sequences/Deepfakes/masks/videos/000_003.mp4"]),
    KnownLayout(
      id: "deeperforensics", kinds: [.folders],
      files: [
        File("manipulated_videos/end_to_end/000_M101.mp4", .fake, 0),
        File("source_videos/M101/angle/a.mp4", .real, 0),
        File("source_videos/W010/angle/a.mp4", .real, 1),
      ], folders: FolderLabels(real: ["source_videos"])),
    KnownLayout(
      id: "fakeavceleb", kinds: [.folders], files: fakeAVCeleb),
    KnownLayout(
      id: "uadfv", kinds: [.folders],
      files: [
        File("fake/0001_fake.mp4", .fake, 0), File("real/0001.mp4", .real, 0),
        File("real/0002.mp4", .real, 1),
      ]),
    KnownLayout(
      id: "faces-140k", kinds: [.folders],
      files: [
        File("real_vs_fake/real-vs-fake/test/fake/CR1E5CA9DF.jpg", .fake, 0, .test),
        File("real_vs_fake/real-vs-fake/train/real/00001.jpg", .real, 1, .train),
        File("real_vs_fake/real-vs-fake/valid/real/00002.jpg", .real, 2, .validation),
      ]),
    KnownLayout(
      id: "portraits", kinds: [.folders],
      files: [
        File("house/ada.jpg", .real, 0), File("house/ben.png", .real, 1),
        File("senate/cleo.JPEG", .real, 2),
      ], labelOfAll: .real),
    KnownLayout(
      id: "people", kinds: [.folders],
      files: [
        File("fake/anna/2.mp4", .fake, 0), File("real/anna/1.mp4", .real, 0),
        File("real/bert/1.mp4", .real, 1),
      ]),
    KnownLayout(
      id: "people-above", kinds: [.folders],
      files: [
        File("anna/fake/2.mp4", .fake, 0), File("anna/real/1.mp4", .real, 0),
        File("bert/real/1.mp4", .real, 1),
      ]),
    KnownLayout(
      id: "any-order", kinds: [.folders],
      files: [
        File("real/test/b.mp4", .real, 1, .test),
        File("train/fake/FaceSwap/c23/a.mp4", .fake, 0, .train),
        File("training_real/c.mp4", .real, 2, .train),
      ]),
    KnownLayout(
      id: "numbered", kinds: [.folders],
      files: [File("0/a.mp4", .real, 0), File("1/b.mp4", .fake, 1)],
      folders: FolderLabels(real: ["0"], fake: ["1"])),
  ]

  private static let fakeAVCeleb = [
    File("FakeVideo-RealAudio/African/men/id00076/00109_id00701_x.mp4", .fake, 0),
    File("RealVideo-FakeAudio/African/women/id00166/00010_fake.mp4", .real, 1),
    File("RealVideo-RealAudio/African/men/id00076/00109.mp4", .real, 0),
  ]

  private static let tables = [
    KnownLayout(
      id: "fakeavceleb-list", kinds: [.csv], files: fakeAVCeleb,
      documents: [
        "meta_data.csv": """
        source,target1,target2,method,category,type,race,gender,path,
        id00076,-,-,real,A,RealVideo-RealAudio,African,men,00109.mp4,F/x
        id00076,id00701,-,faceswap,C,FakeVideo-RealAudio,African,men,00109_id00701_x.mp4,F/x
        id00166,-,-,rtvc,B,RealVideo-FakeAudio,African,women,00010_fake.mp4,F/x

        """
      ], input: "meta_data.csv"),
    KnownLayout(
      id: "faces-140k-table", kinds: [.csv],
      files: [
        File("train/fake/CR1E5CA9DF.jpg", .fake, 0), File("train/real/00001.jpg", .real, 1),
      ],
      documents: [
        "train.csv": """
        ,original_path,id,label,label_str,path
        0,/kaggle/input/x/00001.jpg,00001,1,real,train/real/00001.jpg
        1,/kaggle/input/y/CR1E5CA9DF.jpg,CR1E5CA9DF,0,fake,train/fake/CR1E5CA9DF.jpg

        """
      ], input: "train.csv", csv: CSVSettings(fake: "0")),
    KnownLayout(
      id: "table", kinds: [.csv],
      files: [File("a.mp4", .real, 0, .train), File("b.mp4", .fake, 0, .test)],
      documents: ["l.csv": "path,label,group,split\na.mp4,real,g,train\nb.mp4,1,g,test\n"],
      input: "l.csv"),
    KnownLayout(
      id: "table-names", kinds: [.csv],
      files: [File("a.mp4", .real, 0), File("b.mp4", .fake, 1)],
      documents: ["l.csv": "File Path;is_fake\na.mp4;False\nb.mp4;True\n"], input: "l.csv"),
  ]
}
