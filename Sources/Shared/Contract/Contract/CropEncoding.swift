/// How the pixels of a crop become a JPEG file.
package struct CropEncoding: ContractValue {
  /// Quality on libjpeg's scale, 1...100.
  package var jpegQuality: Int

  /// Chroma subsampling.
  package var chroma: ChromaSampling

  package init(jpegQuality: Int = 95, chroma: ChromaSampling = .full) {
    self.jpegQuality = jpegQuality
    self.chroma = chroma
  }

  /// Reads an encoding; throws if JPEG doesn't support it.
  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    jpegQuality = try values.decodeWhole(.jpegQuality)
    chroma = try values.decode(ChromaSampling.self, forKey: .chroma)
    try validate(readFrom: decoder)
  }

  package func validate() throws(ContractError) {
    try require(jpegQuality, in: 1...100, "jpegQuality", "on libjpeg's scale")
  }
}

/// Resolution of chroma in a JPEG file, relative to luma.
package enum ChromaSampling: String, ContractChoice {
  /// The same width and height.
  case full = "4:4:4"
  /// Half the width and height, as cameras and the web use.
  case quarter = "4:2:0"
}
