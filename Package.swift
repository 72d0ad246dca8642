// swift-tools-version: 6.2
import PackageDescription

/// Settings of every Swift target: Swift 6 language mode (implied), warnings are errors.
let strict: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// The floors of `Sources/Shared`, lowest first: a module imports lower floors and its own, never
/// upward. `Tests/PackageTests` reads them here and checks that.
enum Floor: String {
  case platform = "Platform"
  case contract = "Contract"
  case network = "Network"
  case media = "Media"
  case data = "Data"
  case models = "Models"
  case reporting = "Reporting"
  case training = "Training"
  case presentation = "Presentation"
  case serving = "Serving"
  case commands = "Commands"
}

/// A library target, in a folder of its own on its floor.
func library(
  _ floor: Floor, _ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []
) -> Target {
  .target(
    name: name, dependencies: dependencies, path: "Sources/Shared/\(floor.rawValue)/\(name)",
    resources: resources, swiftSettings: strict)
}

/// The kernels in `CompiledKernels`, once more for processors with these instructions: `path` is a link
/// to that folder. The flags are for x86-64's compiler only; which set runs is decided at run time.
///
/// The linker keeps the first of equal helpers that the compiler makes in several modules, in the order
/// of the modules' names: these come last, so that no other module gets a helper with instructions that
/// the processor may lack. `scripts/test` checks the executables.
///
/// A jump that touches the border of 32 bytes is not kept decoded by Intel's processors of the Skylake
/// family (erratum SKX102, "Jump Conditional Code"): where it closes an inner loop, the loop takes up to
/// a tenth longer, and any change elsewhere can put it there. The assembler keeps jumps off borders.
func kernels(_ name: String, instructions: [String], _ defines: [String]) -> Target {
  .target(
    name: name, dependencies: ["CProcessor", "Kernels"], path: "Sources/Shared/Network/\(name)",
    swiftSettings: strict + defines.map { .define($0) } + [
      .unsafeFlags(instructions.flatMap { ["-Xcc", "-m\($0)"] }),
      .unsafeFlags(["-Xllvm", "-x86-branches-within-32B-boundaries"]),
    ])
}

#if arch(x86_64)
  let vectorKernels = [
    kernels("VectorKernelsAVX2", instructions: ["avx2", "fma"], ["FMA"]),
    kernels(
      "VectorKernelsAVX512", instructions: ["avx512f", "avx512vl", "avx512bw", "avx512dq", "fma"],
      ["FMA", "AVX512"]),
  ]
#else
  let vectorKernels: [Target] = []
#endif
let kernelTargets: [Target.Dependency] =
  ["Kernels", "KernelsPortable"] + vectorKernels.map { .target(name: $0.name) }

/// A C library of the system: a module map and a shim, nothing else.
func cLibrary(_ name: String, pkgConfig: String, apt: [String]) -> Target {
  .systemLibrary(
    name: name, path: "Sources/Shared/Platform/\(name)", pkgConfig: pkgConfig,
    providers: [.apt(apt)])
}

func tests(
  _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []
) -> Target {
  .testTarget(
    name: name, dependencies: dependencies + ["TestSupport"], exclude: exclude,
    swiftSettings: strict)
}

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let protobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let lifecycle = Target.Dependency.product(
  name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(
  name: "UnixSignals", package: "swift-service-lifecycle")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTPTypes = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let systemPackage = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")

let package = Package(
  name: "DeepfakeDetection",
  products: [
    .executable(name: "extractor", targets: ["Extractor"]),
    .executable(name: "trainer", targets: ["Trainer"]),
    .executable(name: "detector", targets: ["Detector"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    // Without its support for swift-configuration, which has a module of the same name as ours.
    .package(
      url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
  ],
  targets: vectorKernels + [
    // Instructions that Swift has no name for: a header, no library.
    .systemLibrary(name: "CProcessor", path: "Sources/Shared/Platform/CProcessor"),
    // What must be done in C: before `main`, and in the handler of a signal.
    .target(name: "CProcess", path: "Sources/Shared/Platform/CProcess"),
    // C libraries. Each is imported by exactly one module.
    cLibrary(
      "CFFmpeg", pkgConfig: "libavformat",
      apt: ["libavformat-dev", "libavcodec-dev", "libswscale-dev"]),
    cLibrary("CLMDB", pkgConfig: "lmdb", apt: ["liblmdb-dev"]),
    cLibrary("COpenBLAS", pkgConfig: "openblas", apt: ["libopenblas-dev"]),
    cLibrary("CTurboJPEG", pkgConfig: "libturbojpeg", apt: ["libturbojpeg0-dev"]),
    cLibrary("CZlib", pkgConfig: "zlib", apt: ["zlib1g-dev"]),

    // Libraries, from the machine upwards.
    library(.platform, "Workers", []),
    library(.platform, "PrintableText", []),
    library(.platform, "Randomness", []),
    library(.platform, "Settings", []),
    library(.platform, "Measure", ["Workers"]),
    library(
      .platform, "Terminal", ["CProcess", "Files", "Measure", "PrintableText", "Workers"]),
    library(.platform, "Files", ["CZlib", "PrintableText"]),
    library(.contract, "Contract", ["Files", "PrintableText"]),
    library(.media, "Imaging", ["CTurboJPEG", "Contract"]),
    library(
      .media, "MediaDecoding",
      ["CFFmpeg", "Contract", "Files", "Imaging", "Measure", "PrintableText"]),
    library(.network, "TensorFiles", ["Files", "PrintableText"]),
    library(.network, "Kernels", []),
    .target(
      name: "KernelsPortable", dependencies: ["CProcessor", "Kernels"],
      path: "Sources/Shared/Network/CompiledKernels", swiftSettings: strict),
    library(
      .network, "NeuralNetwork",
      ["COpenBLAS", "Collectives", "Measure", "Randomness", "Workers"] + kernelTargets),
    library(
      .models, "ModelFiles", ["Contract", "Files", "NeuralNetwork", "PrintableText", "TensorFiles"]),
    library(
      .media, "FaceDetection",
      ["Contract", "Files", "Imaging", "Kernels", "NeuralNetwork", "PrintableText", "TensorFiles"]),
    library(
      .media, "FaceExtraction",
      ["Contract", "FaceDetection", "Imaging", "Measure", "MediaDecoding", "NeuralNetwork"]),
    library(
      .media, "SampleClips",
      ["Contract", "FaceDetection", "Imaging", "MediaDecoding", "PrintableText", "Randomness"]),
    library(.media, "SelfBlending", ["Imaging", "Randomness", "Settings"]),
    library(.data, "VideoCatalog", ["Contract", "Files", "PrintableText"]),
    library(
      .data, "ShardStore",
      ["CLMDB", "Contract", "Files", "Imaging", "PrintableText", "VideoCatalog", "Workers"]),
    library(
      .data, "TrainingData",
      [
        "Contract", "FaceDetection", "Imaging", "Measure", "MediaDecoding", "PrintableText",
        "Randomness", "SelfBlending", "Settings", "ShardStore", "Workers",
      ]),
    library(
      .models, "ONNXFiles",
      [protobuf, "Contract", "Files", "ModelFiles", "NeuralNetwork", "PrintableText"]),
    library(.models, "Evaluation", ["Contract", "PrintableText", "Randomness"]),
    library(
      .models, "Shortcuts",
      [
        "Contract", "Evaluation", "FaceDetection", "Imaging", "PrintableText", "Randomness",
        "ShardStore", "Terminal", "TrainingData", "Workers",
      ]),
    library(
      .models, "Diagnosis",
      ["Contract", "Evaluation", "ModelFiles", "NeuralNetwork", "TensorFiles"]),
    library(.reporting, "Reporting", ["Files", "PrintableText"]),
    library(
      .training, "Prediction",
      [
        "Collectives", "Contract", "Evaluation", "FaceDetection", "FaceExtraction", "Imaging",
        "Measure", "MediaDecoding", "ModelFiles", "NeuralNetwork", "PrintableText", "TensorFiles",
        "TrainingData", "Workers",
      ]),
    library(
      .training, "Robustness",
      [
        "Contract", "Evaluation", "Files", "Imaging", "MediaDecoding", "NeuralNetwork",
        "Prediction", "PrintableText", "Randomness", "Reporting", "Terminal", "TrainingData",
        "VideoCatalog", "Workers",
      ]),
    library(
      .training, "Judging",
      [
        "Contract", "Diagnosis", "Evaluation", "Files", "Imaging", "Measure", "ModelFiles",
        "NeuralNetwork", "Prediction", "PrintableText", "ShardStore", "Terminal", "TrainingData",
        "VideoCatalog", "Workers",
      ]),
    library(
      .training, "TrainingRun",
      [
        "Collectives", "Contract", "Evaluation", "Files", "Imaging", "Judging", "Measure",
        "ModelFiles", "NeuralNetwork", "Prediction", "PrintableText", "Reporting", "SelfBlending",
        "Settings", "ShardStore", "Shortcuts", "Terminal", "TrainingData", "VideoCatalog",
        "Workers",
      ]),
    library(
      .training, "CrossValidation",
      [
        "Contract", "Evaluation", "Judging", "ModelFiles", "Prediction", "TrainingData",
        "TrainingRun",
      ]),
    library(
      .presentation, "PipelineConfiguration",
      [yams, "Contract", "PrintableText", "Settings", "Terminal", "TrainingRun"]),
    library(
      .presentation, "RunReports",
      [
        "PipelineConfiguration", "Contract", "Diagnosis", "Evaluation", "Files", "Imaging",
        "Judging",
        "Measure", "ModelFiles", "NeuralNetwork", "Prediction", "PrintableText", "Reporting",
        "ShardStore", "Shortcuts", "Terminal", "TrainingData", "TrainingRun", "VideoCatalog",
      ]),
    library(.network, "Collectives", ["Kernels", "Workers"]),
    library(.network, "MPI", ["Collectives", "Kernels", "Workers"]),
    library(
      .data, "ExtractionRun",
      [
        "Contract", "FaceDetection", "FaceExtraction", "Files", "Imaging", "Kernels", "Measure",
        "MediaDecoding", "NeuralNetwork", "PrintableText", "ShardStore", "Terminal", "VideoCatalog",
        "Workers",
      ]),
    library(
      .presentation, "VerdictReports",
      [
        "Contract", "FaceDetection", "FaceExtraction", "Files", "Imaging", "MediaDecoding",
        "ModelFiles", "NeuralNetwork", "Prediction", "Reporting", "Terminal", "Workers",
      ]),

    library(.serving, "HTTPSyntax", ["PrintableText"]),
    library(.serving, "Analyses", ["Contract"]),
    library(.serving, "AnalysisStore", [grdb, "Analyses", "Contract", "Files"]),
    library(
      .serving, "AnalysisWorker",
      [
        "Analyses", "Contract", "FaceDetection", "FaceExtraction", "Files", "Imaging",
        "MediaDecoding", "NeuralNetwork", "Prediction", "Reporting", "VerdictReports",
      ]),
    library(
      .serving, "AnalysisPages", ["Analyses", "Contract", "HTTPSyntax", "Reporting"],
      resources: [.embedInCode("Assets")]),
    library(
      .serving, "AnalysisServer",
      [
        httpTypes, hummingbird, hummingbirdCore, lifecycle, logging, nioCore,
        nioHTTPTypes, subprocess,
        systemPackage, unixSignals, "Analyses",
        "AnalysisPages", "AnalysisStore", "Contract", "Files", "HTTPSyntax", "VerdictReports",
        "Workers",
      ], resources: [.embedInCode("Assets")]),

    library(
      .commands, "CommandParts",
      [argumentParser, "NeuralNetwork", "PipelineConfiguration", "Terminal", "Workers"]),

    // Executables.
    .executableTarget(
      name: "Extractor",
      dependencies: [
        argumentParser, "CommandParts", "PipelineConfiguration", "Contract", "ExtractionRun",
        "FaceDetection",
        "FaceExtraction", "Files", "Imaging", "Measure", "MediaDecoding", "NeuralNetwork",
        "PrintableText", "SampleClips", "ShardStore", "Shortcuts", "Terminal", "TrainingData",
        "VideoCatalog", "Workers",
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "Trainer",
      dependencies: [
        argumentParser, "Collectives", "CommandParts", "PipelineConfiguration", "Contract",
        "CrossValidation",
        "Diagnosis",
        "Evaluation", "Files", "Imaging", "Judging", "Kernels", "MPI", "Measure", "ModelFiles",
        "NeuralNetwork", "ONNXFiles", "Prediction", "PrintableText", "Randomness", "Reporting",
        "Robustness", "RunReports", "SelfBlending", "Shortcuts", "Terminal", "TrainingData",
        "TrainingRun", "Workers",
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "Detector",
      dependencies: [
        argumentParser, logging, "Analyses", "AnalysisServer", "AnalysisStore", "AnalysisWorker",
        "CommandParts",
        "Contract", "FaceDetection", "Files", "NeuralNetwork", "Prediction", "PrintableText",
        "Reporting", "TensorFiles", "Terminal", "VerdictReports", "VideoCatalog", "Workers",
      ],
      swiftSettings: strict),

    // Tests.
    .target(
      name: "TestSupport", dependencies: [], path: "Tests/TestSupport", swiftSettings: strict),
    tests("WorkersTests", ["Workers"]),
    tests("RandomnessTests", ["Randomness"]),
    tests("PrintableTextTests", ["PrintableText"]),
    tests("TerminalTests", ["Files", "Terminal"]),
    tests("FilesTests", ["Files"]),
    tests("ContractTests", ["Contract"]),
    tests("CollectivesTests", ["Collectives"]),
    tests("MPITests", ["MPI"]),
    tests("MeasureTests", ["Measure"]),
    tests("PackageTests", []),
    tests(
      "TrainingRunTests",
      [
        "Collectives", "Contract", "CrossValidation", "Evaluation", "ModelFiles", "NeuralNetwork",
        "Prediction", "SelfBlending",
        "ShardStoreFixtures",
        "TrainingData", "TrainingRun", "Workers",
      ]),
    tests("ImagingTests", ["Contract", "Imaging"]),
    tests("MediaDecodingTests", ["Contract", "Imaging", "MediaDecoding"]),
    tests("TensorFilesTests", ["TensorFiles"]),
    tests("KernelsTests", ["Kernels", "NeuralNetwork"]),
    tests(
      "NeuralNetworkTests", ["Collectives", "Kernels", "NeuralNetwork", "Randomness", "Workers"]),
    tests(
      "DiagnosisTests",
      [
        "Contract", "Diagnosis", "Evaluation", "Imaging", "ModelFiles", "NeuralNetwork",
        "Randomness", "TensorFiles",
      ]),
    tests("ModelFilesTests", ["Contract", "ModelFiles", "NeuralNetwork", "TensorFiles"]),
    .testTarget(
      name: "ONNXFilesTests",
      dependencies: [
        protobuf, "Contract", "ModelFiles", "NeuralNetwork", "ONNXFiles", "TensorFiles",
        "TestSupport",
      ],
      exclude: ["run_onnx.py"], swiftSettings: strict),
    tests(
      "TrainingDataTests",
      [
        "Contract", "FaceDetection", "Imaging", "Randomness", "SelfBlending", "ShardStore",
        "ShardStoreFixtures", "TrainingData", "VideoCatalog", "Workers",
      ]),
    tests(
      "ShortcutsTests",
      [
        "Contract", "Evaluation", "Imaging", "Randomness", "ShardStore", "ShardStoreFixtures",
        "Shortcuts", "TrainingData", "Workers",
      ]),
    tests("EvaluationTests", ["Contract", "Evaluation", "Randomness"]),
    tests("ReportingTests", ["Files", "Reporting"]),
    tests(
      "PredictionTests",
      ["Contract", "ModelFiles", "NeuralNetwork", "Prediction", "TensorFiles"]),
    tests("JudgingTests", ["Contract", "Evaluation", "Files", "Judging", "Prediction"]),
    tests(
      "FaceDetectionTests",
      ["Contract", "FaceDetection", "Imaging", "MediaDecoding", "NeuralNetwork"]),
    tests(
      "FaceExtractionTests",
      ["Contract", "FaceDetection", "FaceExtraction", "Imaging", "MediaDecoding", "NeuralNetwork"]),
    tests("HTTPSyntaxTests", ["HTTPSyntax"]),
    tests("AnalysisStoreTests", ["Analyses", "AnalysisStore", "Contract"]),
    tests("AnalysisPagesTests", ["Analyses", "AnalysisPages", "Contract"]),
    tests(
      "AnalysisServerTests",
      [httpTypes, hummingbird, nioCore, "Analyses", "AnalysisServer"]),
    tests("RobustnessTests", ["Imaging", "Robustness", "Workers"]),
    tests(
      "SampleClipsTests",
      ["Contract", "FaceDetection", "Imaging", "Randomness", "SampleClips", "VideoCatalog"]),
    tests("SelfBlendingTests", ["Imaging", "Randomness", "SelfBlending"]),
    tests("VideoCatalogTests", ["Contract", "VideoCatalog"]),
    tests(
      "ExtractionRunTests",
      ["Contract", "ExtractionRun", "ShardStore", "ShardStoreFixtures", "VideoCatalog"]),
    .target(
      name: "ShardStoreFixtures",
      dependencies: [
        "Contract", "Imaging", "Randomness", "ShardStore", "TestSupport", "VideoCatalog",
      ],
      path: "Tests/ShardStoreFixtures", exclude: ["make_jpeg.py"], swiftSettings: strict),
    // A slow cable between two network namespaces; see scripts/two-hosts.
    .executableTarget(
      name: "DelayLine", dependencies: ["Workers"], path: "Tests/DelayLine", swiftSettings: strict),
    // A writer in a process of its own, for tests that kill it or fill its disk.
    .executableTarget(
      name: "ShardStoreProbe", dependencies: ["ShardStore", "ShardStoreFixtures"],
      path: "Tests/ShardStoreProbe", swiftSettings: strict),
    .testTarget(
      name: "ShardStoreTests",
      dependencies: [
        "Contract", "Files", "Imaging", "ShardStore", "ShardStoreFixtures", "ShardStoreProbe",
        "TestSupport", "VideoCatalog",
      ],
      exclude: ["check_store.py", "read_store.py"], swiftSettings: strict),
    // Damaged inputs of every kind, in worker processes: scripts/fuzz runs it.
    .executableTarget(
      name: "Fuzz",
      dependencies: [
        argumentParser, "PipelineConfiguration", "Contract", "Diagnosis", "FaceDetection",
        "FaceExtraction", "Files", "HTTPSyntax", "Imaging", "Measure", "MediaDecoding",
        "ModelFiles", "NeuralNetwork", "Randomness", "Reporting", "RunReports", "ShardStore",
        "ShardStoreFixtures", "TensorFiles", "TestSupport", "TrainingData", "TrainingRun",
        "VideoCatalog", "Workers",
      ],
      path: "Tests/Fuzz", swiftSettings: strict),
    tests(
      "PipelineConfigurationTests",
      [
        "Collectives", "PipelineConfiguration", "Contract", "SelfBlending", "Settings",
        "TrainingData", "TrainingRun",
      ]),
    tests(
      "IntegrationTests",
      [
        "Contract", "Detector", "Evaluation", "ExtractionRun", "Extractor", "Imaging",
        "MediaDecoding", "ModelFiles", "NeuralNetwork", "ONNXFiles", "Prediction", "Randomness",
        "ShardStore", "ShardStoreFixtures", "Shortcuts", "TensorFiles",
        "Trainer", "TrainingData", "VideoCatalog", "Workers",
      ], exclude: ["Serving"]),
  ]
)
