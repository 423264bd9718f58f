import EventStreams
import EventStreamsOperations
import HiredisClient
import RedisTestSupport
import Testing

@Suite("A rebuilt state") struct StateSwapTests {
  private static let place = EntryID(milliseconds: 1_770_000_000_000, sequence: 0)

  /// A state with these values, of which `minute` vanishes after a day.
  private func image(_ value: String, at place: EntryID = place, vanishing: Bool = false) -> StateImage {
    let image = StateImage()
    let effects = Effects {
      for name in ["a", "b", "c"] { $0.set(name, "value", to: value) }
      if vanishing {
        $0.set("minute", "value", to: value)
        $0.expire("minute", after: .seconds(24 * 3600))
      }
    }
    image.apply(effects, at: place) { _ in false }
    return image
  }

  private func live(_ bench: TestBench) async throws -> [String: String] {
    var values: [String: String] = [:]
    for key in try await bench.connection.strings(["KEYS", bench.namespace.state(0, "made", "*")]) {
      values[String(key.dropFirst(bench.namespace.state(0, "made", "").count))] = try await bench.connection.strings([
        "HVALS", key,
      ])[0]
    }
    return values
  }

  private func staged(_ bench: TestBench) async throws -> [String] {
    try await bench.connection.strings(["KEYS", "*:rebuild:*"])
  }

  private func prepare(_ image: StateImage, _ run: RebuildRun, _ bench: TestBench) async throws {
    try await ShardRebuild.prepare(
      image, "made", shard: 0, run: run, namespace: bench.namespace, connection: bench.connection)
  }

  private func hold(_ run: RebuildRun, _ bench: TestBench) async throws -> ShardRebuild {
    try await ShardRebuild.hold("made", shard: 0, run: run, namespace: bench.namespace, connection: bench.connection)
  }

  @Test("takes the place of the live one as a whole, and leaves nothing beside it")
  func swap() async throws {
    try await TestBench.run(shards: 1) { bench in
      _ = try await bench.connection.call("HSET", bench.namespace.state(0, "made", "obsolete"), "value", "old")
      let (run, image) = (RebuildRun(), image("new"))
      try await prepare(image, run, bench)
      #expect(try await live(bench) == ["obsolete": "old"])
      let held = try await hold(run, bench)
      try await held.apply(image)
      try await held.release()
      #expect(try await live(bench) == ["a": "new", "b": "new", "c": "new"])
      #expect(try await staged(bench).isEmpty)
    }
  }

  @Test("of a run whose part beside the live one another run has removed changes nothing")
  func twoRuns() async throws {
    try await TestBench.run(shards: 1) { bench in
      _ = try await bench.connection.call("HSET", bench.namespace.state(0, "made", "a"), "value", "old")
      let (first, second) = (RebuildRun(), RebuildRun())
      let (one, other) = (image("first"), image("second"))
      try await prepare(one, first, bench)
      let held = try await hold(first, bench)
      // The other has only just begun to write its own.
      try await prepare(other, second, bench)
      await #expect(throws: (any Error).self) { try await held.apply(one) }
      #expect(try await live(bench) == ["a": "old"])
      let heldAgain = try await hold(second, bench)
      try await heldAgain.apply(other)
      #expect(try await live(bench) == ["a": "second", "b": "second", "c": "second"])
      try await heldAgain.release()
      #expect(try await staged(bench).isEmpty)
    }
  }

  @Test("is whole without what vanishes while it is put in place")
  func vanishing() async throws {
    try await TestBench.run(shards: 1) { bench in
      _ = try await bench.connection.call("HSET", bench.namespace.state(0, "made", "minute"), "value", "old")
      let now = EntryID(milliseconds: UInt64(Timestamp.now().microsecondsSinceEpoch / 1000), sequence: 0)
      let (run, image) = (RebuildRun(), image("new", at: now, vanishing: true))
      try await prepare(image, run, bench)
      let held = try await hold(run, bench)
      let minute = try await staged(bench).filter { $0.hasSuffix(":minute") }
      #expect(minute.count == 1)
      // As the server does when its time has come.
      _ = try await bench.connection.call("DEL", minute[0])
      try await held.apply(image)
      try await held.release()
      #expect(try await live(bench) == ["a": "new", "b": "new", "c": "new"])
    }
  }
}
