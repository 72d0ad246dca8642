import Foundation
import ShardStore
import ShardStoreFixtures
import TestSupport
import Testing

@testable import ExtractionRun

@Suite struct StoreStatusTests {
  @Test func theStateOfATaskIsItsLastSignAndTheTimeSince() throws {
    try withTemporaryDirectory { folder in
      let store = folder.path(of: "store")
      let description = StoreDescription(recipe: SyntheticVideos.description.recipe, tasks: 5)
      let writer = try ShardWriter(directory: store, task: 1, description: description)
      try writer.append(SyntheticVideos.extraction(0))
      writer.close()
      let done = TaskPulse(
        JobTask(index: 1, count: 5), store: store, videos: 1, command: ["run", "a.yaml"])
      done.countVideo()
      done.end(.done)
      let running = TaskPulse(
        JobTask(index: 2, count: 5), store: store, videos: 9, command: ["run", "a.yaml"])
      let stopped = TaskPulse(JobTask(index: 3, count: 5), store: store, videos: 9, command: [])
      stopped.end(.stopped)
      let status = try StoreStatus(store: store)
      #expect(status.tasks.map(\.state) == [.missing, .done, .running, .stopped, .missing])
      #expect(status.tasks[1].content?.finishedVideos == 1)
      #expect(status.tasks[1].videos == 1)
      #expect(status.tasks[2].videos == 9)
      #expect(status.open.map(\.task.index) == [0, 3, 4])
      #expect(StoreStatus.ranges(status.open.map(\.task.index)) == "0,3-4")
      let later = try StoreStatus(
        store: store, now: Date().timeIntervalSince1970 + TaskHeartbeat.patience + 1)
      #expect(later.tasks.map(\.state) == [.missing, .done, .silent, .stopped, .missing])
      running.end(.failed)
      #expect(try StoreStatus(store: store).tasks[2].state == .failed)
    }
  }

  @Test func anotherNumberOfTasksIsRefused() throws {
    try withTemporaryDirectory { folder in
      let store = folder.path(of: "store")
      let recipe = SyntheticVideos.description.recipe
      func open(_ tasks: Int?) throws {
        try ShardWriter(
          directory: store, task: 0, description: StoreDescription(recipe: recipe, tasks: tasks)
        ).close()
      }
      try open(4)
      #expect(try StoreDescription(store: store).tasks == 4)
      try open(4)
      try open(nil)
      #expect(throws: ShardStoreError.self) { try open(8) }
      #expect(throws: ShardStoreError.self) { try open(1) }
      #expect(try StoreDescription(store: store).tasks == 4)
    }
  }

  @Test func numbersInARowAreARange() {
    #expect(StoreStatus.ranges([]) == "")
    #expect(StoreStatus.ranges([7]) == "7")
    #expect(StoreStatus.ranges([4, 1, 2, 3, 9, 7]) == "1-4,7,9")
  }
}
