import Contract
import Foundation
import Testing

@Suite struct ExtractionRecipeTests {
  /// A recipe without any default.
  static let unusual = ExtractionRecipe(
    sampling: FrameSampling(framesPerVideo: 8),
    pixels: PixelInterpretation(
      colour: .asCoded, fields: .woven, shape: .square, orientation: .streamTurns,
      transparency: .ignored),
    detector: DetectorIdentity(weights: "a-b-c"),
    search: FaceSearchSettings(
      cascade: MTCNNSettings(
        proposalThreshold: 0.5, refinementThreshold: 0.6, outputThreshold: 0.8, minimumFaceSize: 30,
        pyramidFactor: 0.8),
      searchShortSide: 0, fullSearchInterval: 3, brightenWhenEmpty: false,
      reusesOriginals: true),
    tracks: TrackSettings(minimumFrames: 1, minimumScore: 0.85, maximumTracks: 2, maximumGap: 7),
    geometry: CropGeometry(alignment: .box, margin: 1.5, sizePixels: 64, fill: .reflect),
    images: CropEncoding(jpegQuality: 90, chroma: .quarter))

  @Test(arguments: [ExtractionRecipe(), unusual])
  func everyValueIsReadBack(recipe: ExtractionRecipe) throws {
    let bytes = try ContractDocument.encode(recipe)
    #expect(try ContractDocument.decode(ExtractionRecipe.self, from: bytes) == recipe)
    #expect(try ContractDocument.encode(recipe) == bytes)
    #expect(recipe.differences(from: recipe).isEmpty)
  }

  @Test func differencesAreNamedAsInThePipelineFile() {
    let usual = ExtractionRecipe(detector: DetectorIdentity(weights: "1-2-3"))
    let differences = usual.differences(from: Self.unusual)
    // All but the rule and the detector's name, as there is only one of each.
    #expect(differences.count == usual.settings.count - 2)
    #expect(differences.first?.name == "version")
    let first = differences.dropFirst().first
    #expect(first?.name == "sampling.framesPerVideo" && first?.value == "32" && first?.other == "8")
    #expect(differences.map(\.name).contains("tracks.maximumGap"))
    // Unknown weights are no difference.
    #expect(ExtractionRecipe().differences(from: usual).isEmpty)
  }

  @Test(arguments: [
    ("\"version\" : 2", "\"version\" : 5", "version: expected 1...4, got 5; a later version"),
    ("\"version\" : 2", "\"version\" : 0", "version: expected 1...4, got 0"),
    (
      "\"brightenWhenEmpty\" : true", "\"brightenWhenEmpty\" : true, \"reuseOriginals\" : true",
      "search.reuseOriginals: expected false, in a recipe of version 2, got true"
    ),
    (
      "\"sizePixels\"", "\"fill\" : \"reflect\", \"sizePixels\"",
      "geometry.fill: expected black, in a recipe of version 2, got reflect"
    ),
    (
      "\"sizePixels\"", "\"fill\" : \"white\", \"sizePixels\"",
      "geometry.fill: expected black or reflect, got \"white\""
    ),
    (
      "\"bt709-hable-1\"", "\"bt709-hable-2\"",
      "pixels.colour: expected asCoded or bt709-hable-1, got \"bt709-hable-2\""
    ),
    (
      "\"first-field-combed-1\"", "\"bob\"",
      "pixels.fields: expected woven or first-field-combed-1, got \"bob\""
    ),
    (
      "\"stretched-1\"", "\"wide\"",
      "pixels.shape: expected square or stretched-1, got \"wide\""
    ),
    ("\"turnsAndMirrors\"", "\"left\"", "pixels.orientation: expected streamTurns or"),
    ("\"onBlack\"", "\"onWhite\"", "pixels.transparency: expected ignored or onBlack"),
    ("\"pixels\"", "\"dots\"", "pixels: expected a value, got nothing"),
    ("\"jpegQuality\" : 95", "\"jpegQuality\" : 0", "images.jpegQuality: expected 1...100"),
    ("\"jpegQuality\" : 95", "\"jpegQuality\" : 95.5", "images.jpegQuality: expected"),
    (
      "\"chroma\" : \"4:4:4\"", "\"chroma\" : \"4:1:1\"",
      "images.chroma: expected 4:4:4 or 4:2:0, got \"4:1:1\""
    ),
    (
      "\"framesPerVideo\" : 32", "\"framesPerVideo\" : -3",
      "sampling.framesPerVideo: expected 1...10000 pictures, got -3"
    ),
    ("\"evenlySpaced\"", "\"first\"", "sampling.rule: expected evenlySpaced, got \"first\""),
    ("\"MTCNN\"", "\"RetinaFace\"", "detector.name: expected MTCNN or none, got \"RetinaFace\""),
    ("\"margin\" : 1.3", "\"margin\" : 0", "geometry.margin: expected"),
    ("\"margin\" : 1.3", "\"margin\" : 1e999", "expected JSON, got"),
    ("\"margin\" : 1.3", "\"margin\" : [1]", "geometry.margin: expected a number, got a list of 1"),
    (
      "\"sizePixels\" : 224", "\"sizePixels\" : 1000000000000",
      "geometry.sizePixels: expected 1...4096 pixels"
    ),
    ("\"landmarks\"", "\"nose\"", "geometry.alignment: expected landmarks or box or none"),
    (
      "\"landmarks\"", "\"none\"", "detector.name: expected none, for whole pictures, got \"MTCNN\""
    ),
    (
      "\"MTCNN\"", "\"none\"",
      "detector.name: expected a detector, for crops aligned by landmarks, got \"none\""
    ),
    (
      "\"outputThreshold\" : 0.7", "\"outputThreshold\" : 7",
      "search.cascade.outputThreshold: expected a score of 0...1, got 7"
    ),
    (
      "\"pyramidFactor\" : 0.709", "\"pyramidFactor\" : 1",
      "search.cascade.pyramidFactor: expected 0.1...0.95"
    ),
    (
      "\"searchShortSide\" : 360", "\"searchShortSide\" : 3",
      "search.searchShortSide: expected 64 to 8640"
    ),
    (
      "\"fullSearchInterval\" : 8", "\"fullSearchInterval\" : 0",
      "search.fullSearchInterval: expected 1 or more"
    ),
    (
      "\"brightenWhenEmpty\" : true", "\"brightenWhenEmpty\" : 1",
      "search.brightenWhenEmpty: expected true or false, got 1"
    ),
    ("\"minimumScore\" : 0.9", "\"minimumScore\" : 2", "tracks.minimumScore: expected a score"),
    ("\"maximumGap\" : 5", "\"maximumGap\" : -1", "tracks.maximumGap: expected 0..."),
    ("\"maximumGap\" : 5", "\"gap\" : 5", "tracks.maximumGap: expected a value, got nothing"),
  ])
  func badValuesAreSentences(old: String, new: String, sentence: String) throws {
    let text = String(decoding: try ContractDocument.encode(ExtractionRecipe()), as: UTF8.self)
    let changed = text.replacing(old, with: new)
    try #require(changed != text, "\(text)")
    let error = #expect(throws: ContractError.self) { try decode(ExtractionRecipe.self, changed) }
    let message = error?.description ?? ""
    #expect(message.hasPrefix(sentence), "\(message)")
    #expect(!message.contains("Swift") && !message.contains("CodingKey"))
  }

  /// Older software always fills with black: it refuses a recipe with another fill and reads all
  /// others. Its own recipes mean black.
  @Test func onlyReflectionIsWritten() throws {
    let black = ExtractionRecipe()
    let reflecting = ExtractionRecipe(geometry: CropGeometry(fill: .reflect))
    #expect(black.version == 2 && reflecting.version == 3)
    let text = String(decoding: try ContractDocument.encode(black), as: UTF8.self)
    #expect(!text.contains("fill"))
    #expect(try decode(ExtractionRecipe.self, text).geometry.fill == .black)
    let other = String(decoding: try ContractDocument.encode(reflecting), as: UTF8.self)
    #expect(other.contains("\"fill\" : \"reflect\"") && other.contains("\"version\" : 3"))
    #expect(try decode(ExtractionRecipe.self, other) == reflecting)
    #expect(reflecting.differences(from: black).map(\.name) == ["version", "alignment.fill"])
    // A store that was begun with one of them can't be continued with the other.
    for (mine, store) in [(black, reflecting), (reflecting, black)] {
      let following = mine.following(versionOf: store)
      try following.validate()
      #expect(following.differences(from: store).map(\.name).contains("alignment.fill"))
    }
    #expect(
      "\(reflecting.geometry)".hasSuffix("margin 1.3, reflected at the border of the picture"))
  }

  /// A recipe of whole pictures says so, and needs no detector.
  @Test func wholePicturesNeedNoDetector() throws {
    let recipe = ExtractionRecipe(
      detector: DetectorIdentity(name: DetectorIdentity.nothing),
      geometry: CropGeometry(alignment: .whole, margin: 1))
    #expect(!recipe.needsDetector && ExtractionRecipe().needsDetector)
    #expect("\(recipe.geometry)" == "224x224 pixels, whole pictures")
    #expect("\(CropGeometry())" == "224x224 pixels, aligned by landmarks, margin 1.3")
    let bytes = try ContractDocument.encode(recipe)
    #expect(String(decoding: bytes, as: UTF8.self).contains("\"alignment\" : \"none\""))
    #expect(try ContractDocument.decode(ExtractionRecipe.self, from: bytes) == recipe)
    #expect(
      recipe.differences(from: ExtractionRecipe(detector: DetectorIdentity(weights: "1"))).map(
        \.name)
        == ["detection.detector", "alignment.kind", "alignment.margin"])
    let weighted = ExtractionRecipe(
      detector: DetectorIdentity(name: DetectorIdentity.nothing, weights: "1-2-3"),
      geometry: CropGeometry(alignment: .whole))
    let error = #expect(throws: ContractError.self) { try weighted.validate() }
    #expect(error?.description.hasPrefix("detector.weights: expected nothing") == true)
  }

  @Test(arguments: ["", "[", "{}", "[1]", "null", "\"recipe\""])
  func otherJSONIsASentence(text: String) {
    let error = #expect(throws: ContractError.self) { try decode(ExtractionRecipe.self, text) }
    #expect(error?.description.contains("expected") == true)
  }

  // MARK: Version 1

  @Test func aDictionaryOfVersion1IsARecipe() throws {
    let texts = [
      "dataset": "folders", "sampling.framesPerVideo": "8",
      "detection.thresholds": "[0.5, 0.6, 0.8]",
      "detection.minimumFaceSize": "30", "detection.pyramidFactor": "0.8",
      "detection.searchShortSide": "0", "detection.fullSearchInterval": "3",
      "detection.brightenWhenEmpty": "false", "tracks.minimumFrames": "1",
      "tracks.minimumScore": "0.85", "tracks.maximumPerVideo": "2", "images.jpegQuality": "90",
    ]
    var expected = Self.unusual
    expected.version = 1
    expected.detector.weights = nil
    expected.tracks.maximumGap = 5
    expected.images.chroma = .full
    expected.geometry.fill = .black
    expected.search.reusesOriginals = false
    #expect(try ExtractionRecipe(version1: texts, geometry: expected.geometry) == expected)
  }

  @Test func whatADictionaryOfVersion1LacksIsThatSoftwaresDefault() throws {
    let recipe = try ExtractionRecipe(version1: ["other": "1"], geometry: CropGeometry())
    var expected = ExtractionRecipe()
    expected.version = 1
    expected.pixels = .version1
    #expect(recipe == expected)
  }

  /// A recipe of version 1, written by software before version 2, takes pixels as they are coded
  /// and is written back unchanged.
  @Test func aRecipeOfVersion1StaysWhatItIs() throws {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Fixtures/versions/2/recipe-1.json")
    let bytes = [UInt8](try Data(contentsOf: path))
    let recipe = try ContractDocument.decode(ExtractionRecipe.self, from: bytes)
    #expect(recipe.version == 1 && recipe.pixels == .version1)
    #expect(try ContractDocument.encode(recipe) + [UInt8(ascii: "\n")] == bytes)

    let current = ExtractionRecipe(detector: recipe.detector)
    #expect(
      current.differences(from: recipe).map(\.name) == [
        "version", "pixels.colour", "pixels.fields", "pixels.shape", "pixels.orientation",
        "pixels.transparency",
      ])
    #expect(current.following(versionOf: recipe) == recipe)
  }

  /// A recipe of version 1 with rules that version 1 never had is refused.
  @Test func aRecipeOfVersion1HasNoOtherPixels() {
    var recipe = ExtractionRecipe()
    recipe.version = 1
    #expect(throws: ContractError.self) { try recipe.validate() }
  }

  @Test(arguments: [
    ("sampling.framesPerVideo", "many", "sampling.framesPerVideo: expected a value such as 32"),
    ("sampling.framesPerVideo", "0", "sampling.framesPerVideo: expected 1...10000"),
    ("detection.thresholds", "[0.6, 0.7]", "detection.thresholds: expected three numbers"),
    ("detection.thresholds", "", "detection.thresholds: expected three numbers"),
    ("images.jpegQuality", "101", "images.jpegQuality: expected 1...100"),
    ("detection.pyramidFactor", "nan", "search.cascade.pyramidFactor: expected"),
  ])
  func badTextsOfVersion1AreSentences(key: String, text: String, sentence: String) {
    let error = #expect(throws: ContractError.self) {
      try ExtractionRecipe(version1: [key: text], geometry: CropGeometry())
    }
    #expect(error?.description.hasPrefix(sentence) == true, "\(error?.description ?? "")")
  }
}
