import Testing

@testable import EventStreams

@Suite("A redrive") struct RedriveTests {
  private static let now = Moment(instant: .now, time: .now())
  private let shard = OwnedShard(number: 0, epoch: 1, reader: NoState())

  /// A dead letter of key `k`, as it is handled again.
  private var letter: Delivery {
    Delivery(
      source: .letter(EntryID(milliseconds: 2, sequence: 0)), shard: shard,
      entryID: EntryID(milliseconds: 1, sequence: 1),
      header: EventHeader(id: "e1", type: "NOTED", timestamp: .now(), key: "k"), work: .none, deliveries: 0,
      failures: nil)
  }

  @Test(
    "that has failed ends what was wanted until then: who looked before does not have it begin again, who looks later does"
  )
  func staleLook() throws {
    var orders = Orders()
    var queue = ShardQueue(
      shard, prefix: "", rules: QueueRules(EventService("counting"), WorkerSettings()), blocked: ["k"], historyEnd: nil)
    let recovery = queue.recover()
    queue.admitRecovered([], lost: [], after: recovery.after, last: nil, &orders)
    func look(_ queue: inout ShardQueue, asOf commits: Int) -> [String]? {
      queue.beginRedrive(["k"], asOf: commits, at: Self.now, &orders)
    }
    #expect(look(&queue, asOf: 0) == ["k"])
    queue.redrive([letter], key: "k")
    guard case .deliveries(let taken)? = queue.take(at: Self.now, &orders) else {
      Issue.record("there is nothing to handle")
      return
    }
    queue.settle(try #require(taken.first), .dead(reason: "never"), counts: true, at: Self.now, &orders)
    // The end is on its way, and is known: an answer from before says the key in both cases.
    #expect(look(&queue, asOf: 0) == [])
    let batch = try #require(queue.commits.takeBatch()?.batch)
    #expect(batch.redriveEnded == ["k"])
    #expect(look(&queue, asOf: 0) == [])
    orders = Orders()
    queue.committed(unparked: [], &orders)
    #expect(orders.looksAtLeases)
    #expect(look(&queue, asOf: 0) == [])
    #expect(look(&queue, asOf: queue.known.commits) == ["k"])
  }
}
