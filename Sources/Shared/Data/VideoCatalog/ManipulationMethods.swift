/// Names of manipulation methods that data sets use for folders.
enum ManipulationMethods {
  private static let names = [
    // FaceForensics++ and its companions
    "Deepfakes", "Face2Face", "FaceSwap", "NeuralTextures", "FaceShifter", "DeepFakeDetection",
    // DFDC preview
    "method_A", "method_B",
    // others
    "FSGAN", "SimSwap", "InSwap", "InSwapper", "BlendFace", "UniFace", "MobileSwap", "FaceDancer",
    "InfoSwap", "DeepFaceLab", "FaceApp", "Wav2Lip", "SadTalker", "FOMM", "LivePortrait", "HeyGen",
    "StyleGAN", "StyleGAN2", "StyleGAN3", "ProGAN", "PGGAN", "StarGAN", "StarGAN2", "AttGAN",
    "StyleCLIP", "DiT", "SiT", "VQGAN", "DDIM", "DDPM", "LDM", "MidJourney",
  ]

  private static let byCompactName = Dictionary(
    uniqueKeysWithValues: names.map { (FolderWord.words(of: $0).joined(), $0) })

  /// The methods of FaceForensics++ and its companions.
  static let faceForensics = Set(names.prefix(6))

  /// The name of a method as its authors write it, given in lower case without separators.
  static func name(_ compact: String) -> String? { byCompactName[compact] }
}
