/// The description of the API in OpenAPI 3.1.
enum APIDescription {
  /// The document as JSON.
  static let bytes: [UInt8] = PackageResources.openapi_json
}
