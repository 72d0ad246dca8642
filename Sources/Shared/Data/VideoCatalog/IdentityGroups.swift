/// Connected components over identities: people and original recordings, which must not be in two
/// parts of a split.
///
/// A union-find structure with path halving and union by size; a component's name is its smallest
/// identity, so that names don't depend on the order in which files were listed.
struct IdentityGroups {
  private var indices: [String: Int] = [:]
  private var identities: [String] = []
  private var parents: [Int] = []
  private var sizes: [Int] = []

  /// The index of an identity, which is assigned on first use.
  mutating func index(of identity: String) -> Int {
    if let known = indices[identity] { return known }
    let new = identities.count
    indices[identity] = new
    identities.append(identity)
    parents.append(new)
    sizes.append(1)
    return new
  }

  /// Puts two identities, given by their indices, into one component.
  mutating func connect(_ first: Int, _ second: Int) {
    var large = root(of: first)
    var small = root(of: second)
    guard large != small else { return }
    if sizes[large] < sizes[small] { swap(&large, &small) }
    parents[small] = large
    sizes[large] += sizes[small]
  }

  /// The name of each identity's component, by the identity's index.
  mutating func names() -> [String] {
    let roots = identities.indices.map { root(of: $0) }
    var smallest: [Int: String] = [:]
    for (identity, root) in zip(identities, roots) {
      if let best = smallest[root], !identity.bytewisePrecedes(best) { continue }
      smallest[root] = identity
    }
    return zip(identities, roots).map { identity, root in smallest[root] ?? identity }
  }

  private mutating func root(of index: Int) -> Int {
    var node = index
    while parents[node] != node {
      parents[node] = parents[parents[node]]
      node = parents[node]
    }
    return node
  }
}
