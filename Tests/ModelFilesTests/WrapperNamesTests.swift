import Testing

@testable import ModelFiles

/// Names without the wrappers of a network.
@Suite struct WrapperNamesTests {
  private func names(_ names: [String], scalars: [String] = []) -> WrapperNames {
    WrapperNames(
      names.map { .init($0, isWeight: true) } + scalars.map { .init($0, isWeight: false) })
  }

  /// Prefixes that all names have are removed, one after another.
  @Test func commonPrefixes() {
    let wrapped = names(["module.model._orig_mod.conv.w", "module.model._orig_mod.fc.w"])
    #expect(wrapped.prefix == "module.model._orig_mod.")
    #expect(wrapped.names.map(\.stripped) == ["conv.w", "fc.w"])
    #expect(names(["conv.w", "fc.w"]).prefix == "")
    #expect(names(["layer1.w", "layer1.b"]).prefix == "")
    // Something must remain of every name.
    #expect(names(["model.", "model.a"]).prefix == "")
    #expect(names([]).prefix == "")
    #expect(names([String(repeating: "net.", count: 100) + "w"]).prefix.count == 8 * 4)
  }

  /// A prefix of most names is removed from these; the others are listed.
  @Test func majorityPrefix() {
    let split = names(["head.0.w", "backbone._orig_mod.a", "backbone._orig_mod.b"])
    #expect(split.prefix == "backbone._orig_mod.")
    #expect(split.names.map(\.stripped) == ["head.0.w", "a", "b"])
    #expect(split.unprefixed == ["head.0.w"])
    let inModule = names(["module.head.w", "module.backbone.a", "module.backbone.b"])
    #expect(inModule.prefix == "module.backbone." && inModule.unprefixed == ["head.w"])
    // Not for half of the names, and not if two names would become equal.
    #expect(names(["backbone.a", "head.w"]).prefix == "")
    #expect(names(["backbone.a", "backbone.b", "a"]).prefix == "")
  }

  /// A moving average is left out beside the weights, and used alone.
  @Test func averages() {
    let both = names(["model.a", "model.b", "ema.a", "ema.b"])
    #expect(both.prefix == "model." && both.names.map(\.stripped) == ["a", "b"])
    #expect(both.setAside == ["ema.a", "ema.b"])
    let wrapped = names(["module.a", "module.ema_model.a"], scalars: ["n_averaged"])
    #expect(wrapped.names.map(\.original) == ["module.a"])
    #expect(wrapped.setAside == ["n_averaged", "module.ema_model.a"])
    let alone = names(["ema.a", "ema.b"], scalars: ["step"])
    #expect(alone.prefix == "ema." && alone.unprefixed == ["step"])
  }

  /// Every name leads back to the one in the file, and new ones join their module.
  @Test func originals() {
    let plain = names(["module.conv.weight", "module.fc.weight"])
    #expect(plain.original(of: "conv.weight") == "module.conv.weight")
    #expect(plain.original(of: "bn.running_mean") == "module.bn.running_mean")
    let split = names(["module.head.w", "module.backbone.a.w", "module.backbone.b.w"])
    #expect(split.original(of: "a.w") == "module.backbone.a.w")
    #expect(split.original(of: "a.b") == "module.backbone.a.b")
    #expect(split.original(of: "head.w") == "module.head.w")
    #expect(split.original(of: "head.b") == "module.head.b")
    #expect(split.original(of: "other.b") == "module.backbone.other.b")
  }
}
