/// Removes the prefixes that wrappers of a network put before the names of tensors.
///
/// The prefixes `module.`, `_orig_mod.`, `model.`, `backbone.`, `net.`, `network.`, `encoder.`,
/// `base_model.`, `online_model.` and those of moving averages (`ema.`, `ema_model.`, `model_ema.`,
/// `module_ema.`) are removed, repeatedly, if all tensors have them. A prefix that more than half
/// of them have (`backbone.` beside `head.`) is removed from these. If weights and their moving
/// average are in one dictionary, the average is set aside.
struct WrapperNames {
  /// A tensor's name in the file, and what remains of it.
  struct Name: Equatable {
    let original: String
    var stripped: String
    /// A tensor of at least one dimension.
    let isWeight: Bool

    init(_ name: String, isWeight: Bool) {
      original = name
      stripped = name
      self.isWeight = isWeight
    }
  }

  /// The names, in the order of the file.
  private(set) var names: [Name]
  /// What was removed; empty if nothing was.
  private(set) var prefix = ""
  /// Names that did not carry the prefix while most did.
  private(set) var unprefixed: [String] = []
  /// Tensors that belong to no network, and moving averages beside one.
  private(set) var setAside: [String] = []
  private var depth = 0
  /// Names in the file by what remains of them.
  private var originals: [String: String] = [:]
  /// What was removed from the names of each module's entries.
  private var modulePrefixes: [Substring: String] = [:]

  /// DataParallel, torch.compile, and what programs call the network within their module.
  private static let wrappers = [
    "module.", "_orig_mod.", "model.", "backbone.", "net.", "network.", "encoder.", "base_model.",
    "online_model.",
  ]
  /// No program wraps deeper; each level costs a pass over all names.
  private static let maximumDepth = 8
  private static let averages = ["ema.", "ema_model.", "model_ema.", "module_ema."]
  /// The step counter of `torch.optim.swa_utils.AveragedModel`.
  private static let counters: Set<String> = ["n_averaged"]

  /// What the profiler thop registers in every module, and leaves there.
  private static let profilerNames: Set<Substring> = ["total_ops", "total_params"]

  /// Whether an entry is a profiler's.
  static func isProfilers(_ name: String) -> Bool {
    profilerNames.contains(
      name[(name.lastIndex(of: ".").map(name.index(after:)) ?? name.startIndex)...])
  }

  init(_ names: [Name]) {
    let isOther = { (name: String) in Self.counters.contains(name) || Self.isProfilers(name) }
    self.names = names.filter { !isOther($0.original) }
    setAside = names.map(\.original).filter(isOther)
    stripCommonPrefixes()
    setAverageAside()
    stripCommonPrefixes()
    stripMajorityPrefix()
    index()
  }

  /// Removes prefixes that all names have, one after another.
  private mutating func stripCommonPrefixes() {
    while depth < Self.maximumDepth,
      let wrapper = (Self.wrappers + Self.averages).first(where: { wrapper in
        !names.isEmpty && names.allSatisfy { $0.stripped.carries(wrapper) }
      })
    {
      strip(wrapper)
    }
  }

  private mutating func strip(_ wrapper: String) {
    for index in names.indices {
      names[index].stripped = String(names[index].stripped.utf8.dropFirst(wrapper.utf8.count)) ?? ""
    }
    prefix += wrapper
    depth += 1
  }

  /// Sets the moving average aside if the weights themselves are there too.
  private mutating func setAverageAside() {
    let isAverage = names.map { name in Self.averages.contains { name.stripped.carries($0) } }
    guard zip(names, isAverage).contains(where: { $0.isWeight && !$1 }) else { return }
    setAside += zip(names, isAverage).filter(\.1).map(\.0.original)
    names = zip(names, isAverage).filter { !$1 }.map(\.0)
  }

  /// Removes a prefix that more than half of the names have, such as `backbone.` if the file also
  /// has a `head.`. The others keep their names. Nothing is removed if two names would become
  /// equal.
  private mutating func stripMajorityPrefix() {
    for wrapper in Self.wrappers + Self.averages {
      let carriers = names.filter { $0.stripped.carries(wrapper) }
      guard carriers.count * 2 > names.count, carriers.count < names.count else { continue }
      var inner = WrapperNames(stripped: carriers, wrapper)
      inner.stripCommonPrefixes()
      let others = names.filter { !$0.stripped.carries(wrapper) }
      let taken = Set(others.map(\.stripped))
      guard !inner.names.contains(where: { taken.contains($0.stripped) }) else { continue }

      unprefixed = others.map(\.stripped)
      prefix += inner.prefix
      var strippedNames = inner.names.makeIterator()
      names = names.map { $0.stripped.carries(wrapper) ? strippedNames.next() ?? $0 : $0 }
      return
    }
  }

  /// The name in the file of the entry that is called `stripped` without the wrappers; for an entry
  /// that the file lacks, the name that it would have beside the others of its module.
  func original(of stripped: String) -> String {
    originals[stripped]
      ?? (modulePrefixes[Self.module(stripped)] ?? prefix) + stripped
  }

  private static func module(_ name: String) -> Substring {
    name[..<(name.lastIndex(of: ".") ?? name.startIndex)]
  }

  private mutating func index() {
    for name in names {
      originals[name.stripped] = name.original
      modulePrefixes[Self.module(name.stripped)] = String(
        name.original.utf8.dropLast(name.stripped.utf8.count))
    }
  }

  private init(stripped carriers: [Name], _ wrapper: String) {
    names = carriers
    strip(wrapper)
  }
}

extension String {
  /// Whether the string begins with `prefix` and is longer.
  fileprivate func carries(_ prefix: String) -> Bool {
    utf8.count > prefix.utf8.count && utf8.starts(with: prefix.utf8)
  }
}
