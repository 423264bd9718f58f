import Logging
import Testing

@testable import EventStreams

@Suite("A pipeline") struct PipelineTests {
  private let shard = OwnedShard(number: 0, term: 1, reader: NoState())

  private func pipeline(concurrency: Int) async -> Pipeline {
    var log = Logger(label: "test")
    log.logLevel = .critical
    let pipeline = Pipeline(
      service: EventService("counting", concurrency: concurrency), topic: Topic("test", shardCount: 1),
      settings: WorkerSettings(), metrics: WorkerMetrics(service: "counting"), log: log)
    await pipeline.own(shard, blocked: [])
    return pipeline
  }

  private func delivery(_ number: Int, key: String) -> Delivery {
    let id = StreamID(milliseconds: 1, sequence: UInt64(number))
    return Delivery(
      shard: shard, streamID: id,
      header: EventHeader(id: "e\(number)", type: "NOTED", timestamp: id.recordedAt, key: key), work: .none,
      deliveries: 1, failures: nil)
  }

  @Test("that drains takes in nothing of a read that was on its way: nobody would handle it", arguments: [1, 8])
  func draining(concurrency: Int) async throws {
    let pipeline = await pipeline(concurrency: concurrency)
    await pipeline.drain()
    let work = await pipeline.nextWork()
    #expect(work == nil)
    await pipeline.admit([delivery(0, key: "k")], shards: 1)
    #expect(await pipeline.summary.inFlight == 0)
  }

  @Test("that drains has nothing more to commit when all that is left waits behind what was cut off")
  func lastRunner() async throws {
    let pipeline = await pipeline(concurrency: 1)
    await pipeline.admit([delivery(0, key: "k"), delivery(1, key: "k")], shards: 1)
    guard case .deliveries(let deliveries)? = await pipeline.nextWork() else {
      Issue.record("there is nothing to handle")
      return
    }
    await pipeline.drain()
    await pipeline.settle(deliveries, [.returned])
    // Nobody else is in the pipeline, so it runs until it waits.
    let commit = Task.immediate { await pipeline.nextBatches() }
    let work = await pipeline.nextWork()
    #expect(work == nil)
    let batches = await commit.value
    #expect(batches == nil)
  }
}
