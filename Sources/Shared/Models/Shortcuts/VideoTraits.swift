package import Contract
internal import Foundation
package import ShardStore

/// What is known about a video's features.
package struct VideoTraits: Sendable, Equatable {
  /// The numbers that are known; finite.
  package private(set) var numbers: [ShortcutFeature: Double] = [:]
  /// The codec's name; nil if unknown.
  package var codec: String?

  /// Nothing is known.
  package init() {}

  /// Takes what a store records of a video, besides its pictures. Records of older software lack
  /// some of it.
  package init(_ record: VideoRecord) {
    codec = record.codec == "unknown" ? nil : record.codec
    let width = record.widthPixels.map(Double.init)
    let height = record.heightPixels.map(Double.init)
    let rate = record.stream?.framesPerSecond
    self[.width] = width
    self[.height] = height
    self[.frameRate] = rate
    self[.duration] = record.durationSeconds
    guard let width, let height, width * height > 0 else { return }
    if let rate, rate > 0, let bits = record.stream?.bitsPerSecond {
      self[.bitsPerPixel] = Double(bits) / (width * height * rate)
    } else if record.framesSampled == 1, rate == nil, record.durationSeconds == nil,
      let bytes = record.sourceBytes
    {
      // A single picture: the file is the picture.
      self[.bitsPerPixel] = 8 * Double(bytes) / (width * height)
    }
  }

  /// The number of a feature; nil if unknown. A number that is not finite becomes unknown, and so
  /// does a size or rate of 0 or less.
  package subscript(feature: ShortcutFeature) -> Double? {
    get { numbers[feature] }
    set {
      guard let value = newValue, value.isFinite else {
        numbers[feature] = nil
        return
      }
      switch feature {
      case .width, .height, .frameRate, .bitsPerPixel, .duration, .faceSize:
        numbers[feature] = value > 0 ? value : nil
      default:
        numbers[feature] = value
      }
    }
  }
}

/// A video that an audit examines.
package struct AuditedVideo: Sendable, Equatable {
  /// Its name in the store.
  package var name: String
  package var label: VideoLabel
  /// The people in it, as splits group them.
  package var group: String
  /// The data set that it is from; nil if unknown.
  package var dataset: String?
  package var traits: VideoTraits

  package init(
    name: String, label: VideoLabel, group: String, dataset: String? = nil, traits: VideoTraits
  ) {
    self.name = name
    self.label = label
    self.group = group
    self.dataset = dataset
    self.traits = traits
  }
}
