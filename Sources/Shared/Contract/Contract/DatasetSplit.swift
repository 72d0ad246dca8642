/// The part of a data set that a video belongs to, as the data set itself defines it.
package enum DatasetSplit: String, ContractChoice {
  case train
  case validation
  case test
}
