/// The part of a data set that a video belongs to, where the data set itself says so.
package enum DatasetSplit: String, ContractChoice {
  case train
  case validation
  case test
}
