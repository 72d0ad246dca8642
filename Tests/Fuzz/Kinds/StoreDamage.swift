internal import Randomness

/// What is done to the files of a store.
enum StoreDamage {
  /// - Returns: what was done, in words.
  static func damage(
    _ files: inout [String: [UInt8]], _ base: StoreBase, _ bases: [StoreBase],
    _ random: inout RandomStream
  ) -> String {
    let shards = base.shards
    let shard = shards[random.below(shards.count)]
    let early = base.earlyFiles[shard]
    switch random.below(20) {
    case 0: return damageWhole(&files, base, bases, shard, &random)
    case 1, 2:
      return damageDocument(&files, base, &random)
    case 3:
      ByteMutator.mutate(&files[shard, default: []], &random, donor: early ?? [])
      return "bytes of \(shard)"
    default:
      PageMutator.mutate(&files[shard, default: []], &random, donor: early ?? [])
      return "pages of \(shard)"
    }
  }

  /// One value, or more of the text.
  static func damageDocument(
    _ files: inout [String: [UInt8]], _ base: StoreBase, _ random: inout RandomStream
  ) -> String {
    let documents = base.documents
    let document = documents[random.below(documents.count)]
    if random.happens(0.6) {
      TextMutator.replaceValue(&files[document, default: []], &random)
    } else {
      TextMutator.mutate(&files[document, default: []], &random)
    }
    return "text of \(document)"
  }

  private static func damageWhole(
    _ files: inout [String: [UInt8]], _ base: StoreBase, _ bases: [StoreBase], _ shard: String,
    _ random: inout RandomStream
  ) -> String {
    let shards = base.shards
    let other = shards[random.below(shards.count)]
    switch random.below(8) {
    case 0:
      files[shard] = nil
      return "\(shard) lost"
    case 1:
      files[shard] = []
      return "\(shard) emptied"
    case 2:
      guard let early = base.earlyFiles[shard] else { fallthrough }
      files[shard] = early
      return "\(shard) of an earlier time"
    case 3:
      files[shard] = files[other]
      return "\(shard) is a copy of \(other)"
    case 4:
      let copy = String(shard.dropLast(10)) + "000099.mdb"
      files[copy] = files[shard]
      return "\(shard) doubled as \(copy)"
    case 5:
      let foreign = bases[random.below(bases.count)]
      let name = foreign.shards[random.below(foreign.shards.count)]
      files[shard] = foreign.files[name]
      return "\(shard) is \(name) of \(foreign.name)"
    case 6:
      let documents = base.documents
      let document = documents[random.below(documents.count)]
      files[document] = random.happens(0.5) ? nil : []
      return "\(document) lost"
    default:
      let bytes = files[shard] ?? []
      files[shard] = Array(bytes.prefix(random.below(max(bytes.count / 4096, 1)) * 4096))
      return "\(shard) cut at a page"
    }
  }
}
