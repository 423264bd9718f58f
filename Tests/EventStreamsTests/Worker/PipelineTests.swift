import Logging
import Testing

@testable import EventStreams

@Suite("A pipeline") struct PipelineTests {
  @Test("that drains takes in nothing of a read that was on its way: nobody would handle it", arguments: [1, 8])
  func draining(concurrency: Int) async throws {
    var log = Logger(label: "test")
    log.logLevel = .critical
    let pipeline = Pipeline(
      service: EventService("counting", concurrency: concurrency), topic: Topic("test", shardCount: 1),
      settings: WorkerSettings(), metrics: WorkerMetrics(service: "counting"), log: log)
    let shard = OwnedShard(number: 0, term: 1, reader: NoState())
    await pipeline.own(shard, blocked: [])
    await pipeline.drain()
    let work = await pipeline.nextWork()
    #expect(work == nil)
    let id = StreamID(milliseconds: 1, sequence: 0)
    await pipeline.admit([
      Delivery(
        shard: shard, streamID: id,
        header: EventHeader(id: "e", type: "NOTED", timestamp: id.recordedAt, key: "k"), work: .none, deliveries: 1,
        failures: nil)
    ])
    #expect(await pipeline.summary.inFlight == 0)
  }
}
