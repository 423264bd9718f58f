import HiredisClient
import Testing

@testable import EventStreams

@Suite("The calls of functions") struct FunctionCallTests {
  private let lines = FunctionLibrary.source.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)

  /// The functions that the Lua registers, with what is said of each before.
  private var registered: [String: [String]] {
    var found: [String: [String]] = [:]
    for (index, line) in lines.enumerated() {
      guard line.hasPrefix("redis.register_function("), let name = line.split(separator: "'").dropFirst().first else {
        continue
      }
      found[String(name)] = lines[..<index].reversed().prefix { $0.hasPrefix("--") }.reversed()
    }
    return found
  }

  @Test("are one for each function that the server is given")
  func complete() {
    let calls = FunctionLibrary.calls.map { FunctionLibrary.name(of: $0.function) }
    #expect(calls.count == Set(calls).count)
    #expect(Set(calls) == Set(registered.keys))
  }

  @Test("give the keys that the function's head names, in its order")
  func keys() throws {
    for call in FunctionLibrary.calls {
      let head = try #require(registered[FunctionLibrary.name(of: call.function)])
      let line = try #require(head.first { $0.hasPrefix("--   KEYS: ") }, "\(call.function)")
      let named = line.dropFirst("--   KEYS: ".count).split(separator: ", ").map(String.init)
      #expect(Array(named.prefix(call.keyNames.count)) == call.keyNames, "\(call.function)")
      // What differs from call to call comes after them.
      let more = named.dropFirst(call.keyNames.count).first
      #expect(more == nil || more?.hasPrefix("then ") == true, "\(line)")
    }
  }

  @Test("touch keys of one slot, so that a node of a cluster has all of them; the shards have slots of their own")
  func slots() {
    for call in calls { #expect(Set(call.keys.map { Slot(of: $0) }).count == 1, "\(call.keys)") }
    let slots = namespace.shards.map { Set(shardKeys($0).map { Slot(of: $0) }) }
    #expect(slots.allSatisfy { $0.count == 1 })
    #expect(Set(slots).count == namespace.shardCount)
  }

  /// Keys of a shard that commands, and no functions, are sent about.
  private func shardKeys(_ shard: Int) -> [String] {
    [
      namespace.log(shard), namespace.log(shard, "payments"), namespace.topics(shard), namespace.state(shard, "s", "n"),
      namespace.rewound(shard), namespace.confirmed(shard), namespace.sealed(shard), namespace.scheduledNext(shard),
      namespace.inbox(shard),
      namespace.unread(shard, "s"), namespace.outbox(shard, "s"), namespace.rate(shard, "s", "k"),
      namespace.staged(shard, "s"), namespace.restored(shard), "\(namespace.lease(shard, "s")):behind",
    ]
  }

  private let namespace = Namespace("rides", shardCount: 4)

  /// One of each function, of keys that are not written down here.
  private var calls: [any FunctionCall] {
    let shard = OwnedShard(number: 3, epoch: 7, reader: NoState())
    let batch = CommitBatch(shard: shard)
    return [
      ServicesCall(namespace: namespace, service: Subscription("s"), isListed: true),
      FoundCall(namespace: namespace, shard: 3, topics: [], services: [Subscription("a"), Subscription("b")]),
      PublishCall(namespace: namespace, shard: 3, events: [], indexes: []),
      CancelCall(namespace: namespace, shard: 3, ids: []), DueCall(namespace: namespace, shard: 3),
      LeaseCall(
        action: .renew, namespace: namespace, shard: 3, subscription: Subscription("s"), worker: "w", epoch: 7,
        timeToLive: .seconds(1)),
      RecoverCall(namespace: namespace, shard: shard, service: "s", worker: "w", after: .zero, count: 1, others: false),
      CommitCall(batch, namespace: namespace, service: "s", worker: "w", number: 1),
      BeginCall(namespace: namespace, shard: 3, subscription: Subscription("s")),
      RedriveCall(namespace: namespace, shard: 3, service: "s", ordering: ["k"]),
      DiscardCall(namespace: namespace, shard: 3, service: "s", letter: .zero),
      ConfirmCall(namespace: namespace, shard: 3, service: "s", problem: ""),
      ForgetCall(namespace: namespace, shard: 3, service: "s"),
      CloseCall(namespace: namespace, shard: 3, services: ["s"]),
      ForwardCall(
        namespace: namespace, service: "s", shard: 2, target: 3, page: OutboxPage(), entries: [], sent: .zero),
      SentCall(namespace: namespace, service: "s", shard: 3, places: [:], entries: []),
      RosterCall(namespace: namespace, service: "s", worker: "w", timeToLive: nil, note: RosterNote()),
      GrantCall(key: namespace.rate("s"), rate: .perSecond(1), wanted: 1),
      SlotsCall(
        namespace: namespace, service: "s", worker: "w", timeToLive: .seconds(1), limit: 1, running: 0, wanted: 1),
    ]
  }

  @Test("name each key for what it is")
  func names() {
    for call in calls {
      let (keys, names) = (call.keys, type(of: call).keyNames)
      #expect(keys.count >= names.count)
      for (key, name) in zip(keys, names) where !name.contains(" ") && name != "log" {
        #expect(key.contains(":\(name)"), "\(key) is no \(name)")
      }
    }
  }
}
