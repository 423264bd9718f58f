import Logging
import Testing

@testable import EventStreams

@Suite("A pipeline") struct PipelineTests {
  private let shard = OwnedShard(number: 0, epoch: 1, reader: NoState())

  private func pipeline(concurrency: Int) async -> Pipeline {
    var log = Logger(label: "test")
    log.logLevel = .critical
    let pipeline = Pipeline(
      service: EventService("counting", concurrency: concurrency), namespace: Namespace("test", shardCount: 1),
      settings: WorkerSettings(), metrics: WorkerMetrics(service: "counting"), log: log)
    await pipeline.tell { $0.own(shard, blocked: []) }
    return pipeline
  }

  private func delivery(_ number: Int, key: String) -> Delivery {
    let id = EntryID(milliseconds: 1, sequence: UInt64(number))
    return Delivery(
      shard: shard, entryID: id,
      header: EventHeader(id: "e\(number)", type: "NOTED", timestamp: id.recordedAt, key: key), work: .none,
      deliveries: 1, failures: nil)
  }

  @Test("that drains takes in nothing of a read that was on its way: nobody would handle it", arguments: [1, 8])
  func draining(concurrency: Int) async throws {
    let pipeline = await pipeline(concurrency: concurrency)
    await pipeline.drain()
    let work = await pipeline.nextWork()
    #expect(work == nil)
    let late = delivery(0, key: "k")
    await pipeline.tell { $0.admit([late]) }
    #expect(await pipeline.ask { $0.load } == Load())
  }

  @Test("that drains has nothing more to commit when all that is left waits behind what was cut off")
  func lastRunner() async throws {
    let pipeline = await pipeline(concurrency: 1)
    let deliveries = [delivery(0, key: "k"), delivery(1, key: "k")]
    await pipeline.tell { $0.admit(deliveries) }
    guard case .deliveries(let run)? = await pipeline.nextWork() else {
      Issue.record("there is nothing to handle")
      return
    }
    await pipeline.drain()
    run.add(.returned)
    await pipeline.settle(.deliveries(run))
    // Nobody else is in the pipeline, so it runs until it waits.
    let commit = Task.immediate { await pipeline.nextBatches() }
    let work = await pipeline.nextWork()
    #expect(work == nil)
    let batches = await commit.value
    #expect(batches == nil)
  }

  @Test(
    "whose redrive of a key could not go on says the key again until its letters are there, and keeps what comes of it in its turn"
  )
  func redrive() async throws {
    let pipeline = await pipeline(concurrency: 1)
    guard case .recover(_, let after, _, _)? = await pipeline.nextReading(carrying: Load()) else {
      Issue.record("nothing is recovered")
      return
    }
    await pipeline.tell { [shard] in $0.admitRecovered([], of: shard, after: after, last: nil) }
    for _ in 0..<3 {
      // The letters could not be read.
      #expect(await pipeline.tell { $0.beginRedrive(["k"], shard: 0, epoch: 1, asOf: 0, at: .now)?.keys } == ["k"])
    }
    let later = delivery(9, key: "k")
    await pipeline.tell { $0.admit([later]) }
    let letter = Delivery(
      source: .letter(EntryID(milliseconds: 2, sequence: 0)), shard: shard,
      entryID: EntryID(milliseconds: 1, sequence: 1),
      header: EventHeader(id: "e1", type: "NOTED", timestamp: .now(), key: "k"), work: .none, deliveries: 0,
      failures: nil)
    await pipeline.tell { [shard] in $0.redrive([letter], key: "k", shard: shard) }
    guard case .deliveries(let run)? = await pipeline.nextWork() else {
      Issue.record("there is nothing to handle")
      return
    }
    #expect(run.deliveries.map(\.header.id) == ["e1"])
    #expect(await pipeline.tell { $0.beginRedrive(["k"], shard: 0, epoch: 1, asOf: 0, at: .now)?.keys } == [])
  }

  @Test("takes one shard after another, however much there is of one")
  func turns() async throws {
    let pipeline = await pipeline(concurrency: 1)
    let other = OwnedShard(number: 1, epoch: 1, reader: NoState())
    await pipeline.tell { $0.own(other, blocked: []) }
    let many = (0..<1000).map { delivery($0, key: "k\($0)") }
    await pipeline.tell { $0.admit(many) }
    let id = EntryID(milliseconds: 1, sequence: 1)
    let one = Delivery(
      shard: other, entryID: id, header: EventHeader(id: "o", type: "NOTED", timestamp: id.recordedAt, key: "o"),
      work: .none, deliveries: 1, failures: nil)
    await pipeline.tell { $0.admit([one]) }
    var shards: [Int] = []
    for _ in 0..<2 {
      guard case .deliveries(let run)? = await pipeline.nextWork() else { break }
      shards.append(run.deliveries[0].shard.number)
      // It has not come far.
      run.add(.done(.none))
      await pipeline.settle(.deliveries(run))
    }
    #expect(shards == [0, 1])
  }
}
