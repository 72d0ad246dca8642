/// The part of a data set that a video belongs to, where the data set itself says so.
public enum DatasetSplit: String, Codable, Sendable, CaseIterable {
  case train
  case validation
  case test
}
