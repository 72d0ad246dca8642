/// Bounds on one pickle. The defaults allow a state_dict of about 50,000 tensors; a hostile file
/// can make the reader use a few hundred MB of memory at most.
struct PickleLimits: Sendable {
  /// Instructions, plus items that one instruction copies.
  var steps = 2_000_000
  var stackDepth = 1_000_000
  /// MARKs that are open at the same time.
  var marks = 100_000
  var memoEntries = 1_000_000
  /// Plain values in the result. A shared value counts at each use.
  var values = 1 << 20
  /// Levels of nesting. Releasing a value recurses; this keeps it within any thread's stack.
  var depth = 64
  /// Bytes of one string or byte string.
  var stringLength = 1 << 24
  /// Bytes of a module's or an attribute's name.
  var globalLength = 1 << 10
}
