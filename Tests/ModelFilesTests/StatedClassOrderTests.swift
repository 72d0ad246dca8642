import Contract
import Foundation
import NeuralNetwork
import TensorFiles
import TestSupport
import Testing

@testable import ModelFiles

/// Files' statements about the order of their outputs.
struct StatedClassOrderTests {
  private static func dictionary(_ pairs: (TorchValue, TorchValue)...) -> TorchValue {
    .dictionary(pairs.map { TorchEntry(key: $0.0, value: $0.1) })
  }

  private static let swapped: [(key: String, value: TorchValue)] = [
    ("class_to_idx", dictionary((.string("fake"), .integer(0)), (.string("real"), .integer(1)))),
    ("classes", .list([.string("Fake"), .string("Real")])),
    ("class_names", .tuple([.string("manipulated"), .string("original")])),
    ("id2label", dictionary((.integer(0), .string("FAKE")), (.integer(1), .string("REAL")))),
    ("id2label", dictionary((.string("0"), .string("fake")), (.string("1"), .string("real")))),
    ("label2id", dictionary((.string("Real"), .integer(1)), (.string("Deepfake"), .integer(0)))),
    ("labels", dictionary((.string("deepfakes"), .integer(0)), (.string("genuine"), .integer(1)))),
    ("classToIdx", dictionary((.string("0_fake"), .integer(0)), (.string("1_real"), .integer(1)))),
    ("CLASSES", .list([.string("0-Fake"), .string("1-Real")])),
  ]

  /// Every form in which programs write it is understood, at the top and within their settings.
  @Test(arguments: swapped.indices, ["", "args/", "config/model/"])
  func swappedOrdersAreRecognised(form: Int, place: String) throws {
    let (key, value) = Self.swapped[form]
    let order = try #require(StatedClassOrder(key: place + key, value: value))
    #expect(order.isSwapped && order.labels == [.fake, .real])
    #expect(order.text == "\(place)\(key): fake, real")
  }

  /// The usual order is no finding; what names other classes, or more of them, is no statement.
  @Test func otherStatementsAreNone() {
    let usual = StatedClassOrder(
      key: "classes", value: .list([.string("original"), .string("forged")]))
    #expect(usual?.isSwapped == false)
    for value: TorchValue in [
      .list([.string("cat"), .string("dog")]), .list([.string("fake"), .string("fake")]),
      .list([.string("fake"), .string("real"), .string("unknown")]), .list([.integer(0)]),
      Self.dictionary((.string("fake"), .integer(1)), (.string("real"), .integer(2))),
      Self.dictionary((.string("fake"), .integer(0)), (.string("real"), .integer(0))),
      .string("fake, real"),
    ] { #expect(StatedClassOrder(key: "classes", value: value) == nil) }
    #expect(StatedClassOrder(key: "colours", value: Self.swapped[1].value) == nil)
    // The labels of two pictures.
    #expect(StatedClassOrder(key: "batch/labels", value: Self.swapped[1].value) == nil)
  }

  /// Written in PyTorch's own format, read back, found; a hostile depth or length is ignored.
  @Test(arguments: ["", "args", "hyper_parameters"]) func filesAreRead(place: String) throws {
    try withTemporaryDirectory { folder in
      let state = NetworkState(
        randomFor: ResNet18Architecture(width: 8, head: .linear), seed: 1)
      let statement = TorchEntry("class_to_idx", Self.swapped[0].value)
      let long = TorchEntry(
        "labels", .list((0..<1000).map { .string("class \($0)") }))
      let entries =
        place.isEmpty
        ? [statement, long] : [TorchEntry(place, .dictionary([statement, long]))]
      let path = folder.path(of: "model.pt")
      try TorchDocument(
        root: .dictionary([TorchEntry("state_dict", .tensors(state.tensors))] + entries),
        records: [:]
      ).write(to: path)
      let file = try NetworkFile.recognize(path)
      #expect(
        file.statedClassOrders.map(\.text) == [
          "\(place.isEmpty ? "" : place + "/")class_to_idx: fake, real"
        ])
    }
  }

  /// Exchanged twice, the network is as before; exchanged once, only the last layer differs.
  @Test(arguments: [
    ResNet18Architecture.Head.linear, .mlp(hidden: 16, batchNorm: true, dropout: 0),
    .mlp(hidden: 16, batchNorm: false, dropout: 0),
  ]) func classesAreExchanged(head: ResNet18Architecture.Head) throws {
    var state = NetworkState(randomFor: ResNet18Architecture(width: 8, head: head), seed: 3)
    let bias = try #require(state.entries.last { $0.isHead && $0.role == .bias })
    state.parameters.replaceSubrange(bias.range, with: [1, 2])
    let exchanged = state.exchangingClasses()
    #expect(Array(exchanged.parameters[bias.range]) == [2, 1])
    let weight = try #require(state.entries.last { $0.isHead && $0.role == .weight })
    let (rows, width) = (Array(state.parameters[weight.range]), weight.range.count / 2)
    #expect(
      Array(exchanged.parameters[weight.range]) == Array(rows[width...]) + Array(rows[..<width]))
    #expect(exchanged != state && exchanged.exchangingClasses() == state)
    for entry in state.entries where entry.arena == .parameters {
      guard entry != bias, entry != weight else { continue }
      #expect(exchanged.parameters[entry.range] == state.parameters[entry.range], "\(entry.name)")
    }
  }
}
