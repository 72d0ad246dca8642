/// How the pixels of a crop become a JPEG file.
package struct CropEncoding: ContractValue {
  /// Quality on libjpeg's scale, 1...100.
  package var jpegQuality: Int

  /// Resolution of the colours.
  package var chroma: ChromaSampling

  /// Creates an encoding.
  package init(jpegQuality: Int = 95, chroma: ChromaSampling = .full) {
    self.jpegQuality = jpegQuality
    self.chroma = chroma
  }

  /// Reads an encoding; one that JPEG doesn't have is an error.
  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    jpegQuality = try values.decodeWhole(.jpegQuality)
    chroma = try values.decode(ChromaSampling.self, forKey: .chroma)
    try validate(readFrom: decoder)
  }

  /// Throws where a value has no meaning.
  package func validate() throws(ContractError) {
    try require(jpegQuality, in: 1...100, "jpegQuality", "on libjpeg's scale")
  }
}

/// Resolution of the colours in a JPEG file relative to that of the brightness.
package enum ChromaSampling: String, ContractChoice {
  /// Equal.
  case full = "4:4:4"
  /// Half as wide and high: what cameras and the web use.
  case quarter = "4:2:0"
}
