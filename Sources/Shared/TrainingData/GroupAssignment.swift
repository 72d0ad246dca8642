internal import Randomness
internal import VideoCatalog

/// One group of videos on its way to a side.
struct VideoGroup {
  /// Name of the group.
  let name: String
  /// Uniform on [0, 1): a function of the seed and the name.
  let draw: Double
  /// Number of videos.
  var videoCount = 0
  /// Classes of which the group has a picture.
  var classes: Set<VideoLabel> = []
  /// Sides that the data set has for its videos.
  var datasetSides: Set<DatasetSplit> = []
  /// Whether some of its videos have no side in the data set.
  var hasUnassigned = false
  /// Where it goes.
  var side = DatasetSplit.train
  /// Sides that it may be drawn for; one for a group that is not drawn.
  var choices: [DatasetSplit] = []

  /// Groups with the same labels and choices are as good as each other.
  var stratum: Int {
    (classes.contains(.real) ? 1 : 0) + (classes.contains(.fake) ? 2 : 0)
      + (choices.contains(.validation) ? 4 : 0) + (choices.contains(.test) ? 8 : 0)
  }
}

/// Brings groups to their sides; the rules stand at `DataSplit`.
struct GroupAssignment {
  /// Drawn groups from which on the hash alone decides.
  static let manyGroups = 200

  private(set) var groups: [VideoGroup] = []
  private(set) var notes: [String] = []
  private let groupOfVideo: [Int]
  private let settings: DataSplit.Settings

  init(_ videos: [SampleCatalog.Video], settings: DataSplit.Settings) {
    self.settings = settings
    var positions: [String: Int] = [:]
    var groupOfVideo: [Int] = []
    for video in videos {
      let position = positions[video.group] ?? groups.count
      if position == groups.count {
        var random = RandomStream(seed: settings.seed, .split, NameHash.of(video.group))
        groups.append(VideoGroup(name: video.group, draw: random.uniform(0, 1)))
        positions[video.group] = position
      }
      groups[position].videoCount += 1
      if !video.samples.isEmpty { groups[position].classes.insert(video.label) }
      if settings.source == .dataset, let split = video.split {
        groups[position].datasetSides.insert(split)
      } else {
        groups[position].hasUnassigned = true
      }
      groupOfVideo.append(position)
    }
    self.groupOfVideo = groupOfVideo
  }

  /// The side of each video.
  var sideOfVideo: [DatasetSplit] { groupOfVideo.map { groups[$0].side } }

  /// Assigns all groups.
  mutating func assign() {
    fixSides()
    let drawn = groups.indices.filter { groups[$0].choices.count > 1 }
    if drawn.count >= Self.manyGroups {
      for index in drawn { groups[index].side = sideByThreshold(groups[index]) }
    } else {
      countOff(drawn)
    }
    moveForClasses()
  }

  /// Groups whose side does not depend on the hash, and what the others may become.
  private mutating func fixSides() {
    let present = groups.reduce(into: Set<DatasetSplit>()) { $0.formUnion($1.datasetSides) }
    let all = DatasetSplit.allCases.filter { $0 != .test || settings.testShare > 0 }
    // Sides that the data set lacks are drawn out of its training groups.
    let ofTraining = all.filter { $0 == .train || !present.contains($0) }
    let videoCount = groupOfVideo.count
    var disagreeing = 0
    for index in groups.indices {
      let group = groups[index]
      let isGiant = groups.count > 1 && 2 * group.videoCount > videoCount
      let isSure = group.datasetSides.count == 1 && !group.hasUnassigned
      if group.datasetSides.count > 1 { disagreeing += 1 }
      if isGiant && !(isSure && group.datasetSides != [.train]) {
        fix(index, .train)
        notes.append(giantNote(group, of: videoCount))
      } else if group.datasetSides.contains(.test) {
        fix(index, .test)
      } else if group.datasetSides.contains(.validation) {
        fix(index, .validation)
      } else {
        groups[index].choices = group.datasetSides.isEmpty ? all : ofTraining
      }
    }
    if disagreeing > 0 {
      notes.append(
        "\(counted(disagreeing, "group")) of videos that the data set has on several sides: such a "
          + "group lies as a whole on the first of test, validation, training that it has.")
    }
  }

  private mutating func fix(_ index: Int, _ side: DatasetSplit) {
    groups[index].side = side
    groups[index].choices = [side]
  }

  private func giantNote(_ group: VideoGroup, of videoCount: Int) -> String {
    let percent = (100 * group.videoCount + videoCount / 2) / videoCount
    return "Group \"\(group.name)\" holds \(group.videoCount) of \(videoCount) videos "
      + "(\(percent)%), which share people or recordings; it trains as a whole, and the other "
      + "sides are drawn from the rest."
  }

  private func shares(of group: VideoGroup) -> (validation: Double, test: Double) {
    (
      group.choices.contains(.validation) ? settings.validationShare : 0,
      group.choices.contains(.test) ? settings.testShare : 0
    )
  }

  private func sideByThreshold(_ group: VideoGroup) -> DatasetSplit {
    let share = shares(of: group)
    if group.draw < share.validation { return .validation }
    return group.draw < share.validation + share.test ? .test : .train
  }

  /// Within each stratum in the order of the draws: validation, test, the rest trains.
  private mutating func countOff(_ drawn: [Int]) {
    let strata = Dictionary(grouping: drawn) { groups[$0].stratum }
    for members in strata.values {
      let ordered = members.sorted { precedes(groups[$0], groups[$1]) }
      let share = shares(of: groups[ordered[0]])
      let validation = Int((share.validation * Double(ordered.count)).rounded())
      let test = Int((share.test * Double(ordered.count)).rounded())
      for (rank, index) in ordered.enumerated() {
        groups[index].side =
          rank < validation ? .validation : rank < validation + test ? .test : .train
      }
    }
  }

  private func precedes(_ left: VideoGroup, _ right: VideoGroup) -> Bool {
    left.draw != right.draw
      ? left.draw < right.draw : left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
  }
}

/// Both classes on every side that needs them.
extension GroupAssignment {
  /// A class that a side needs.
  private struct Need {
    let side: DatasetSplit
    let label: VideoLabel
  }

  /// Moves as few groups as training and validation need, then what the test side can get.
  private mutating func moveForClasses() {
    let order = groups.indices.filter { groups[$0].choices.count > 1 }
      .sorted { precedes(groups[$0], groups[$1]) }
    var reserved: [Int: DatasetSplit] = [:]
    for sides in [[DatasetSplit.train, .validation], [.test]] {
      let needs = sides.flatMap { side in
        VideoLabel.allCases.map { Need(side: side, label: $0) }
      }
      // Where training and validation can't have both classes, the test side takes nothing from them.
      if settings.testShare == 0, sides == [.test] { break }
      guard let found = reserve(needs[...], order, reserved) else { break }
      reserved = found
    }
    for (index, side) in reserved where groups[index].side != side {
      groups[index].side = side
      notes.append(
        "Group \"\(groups[index].name)\" was moved to the \(side.title) side, which lacked a class."
      )
    }
    notes.sort()
  }

  /// Finds a group for each need, so that no group has two sides; nil where there is no way.
  ///
  /// Tries first what lies on the side already, so only what must move moves. Of groups that are as
  /// good as each other it tries four, one more than the other needs can have taken.
  private func reserve(
    _ needs: ArraySlice<Need>, _ order: [Int], _ reserved: [Int: DatasetSplit]
  ) -> [Int: DatasetSplit]? {
    guard let need = needs.first else { return reserved }
    let isMet =
      reserved.contains { $0.value == need.side && groups[$0.key].classes.contains(need.label) }
      || groups.contains {
        $0.choices == [need.side] && $0.classes.contains(need.label)
      }
    if isMet { return reserve(needs.dropFirst(), order, reserved) }
    for index in candidates(need, order, reserved) {
      var next = reserved
      next[index] = need.side
      if let found = reserve(needs.dropFirst(), order, next) { return found }
    }
    return nil
  }

  private func candidates(
    _ need: Need, _ order: [Int], _ reserved: [Int: DatasetSplit]
  ) -> [Int] {
    let free = order.filter {
      reserved[$0] == nil && groups[$0].choices.contains(need.side)
        && groups[$0].classes.contains(need.label)
    }
    let here = free.filter { groups[$0].side == need.side }
    let elsewhere = free.filter { groups[$0].side != need.side }
    var taken: [Int: Int] = [:]
    return (here + elsewhere).filter { index in
      taken[groups[index].stratum, default: 0] += 1
      return taken[groups[index].stratum, default: 0] <= 4
    }
  }
}
