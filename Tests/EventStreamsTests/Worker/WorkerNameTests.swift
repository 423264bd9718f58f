import HiredisClient
import Logging
import Testing

@testable import EventStreams

@Suite("A worker") struct WorkerNameTests {
  @Test("says which it is, and not all that it consists of: what runs it asks whenever it begins, and logs that")
  func name() throws {
    let worker = Worker(
      EventService("payment"), namespace: Namespace("test", shardCount: 2), redis: try RedisURL("redis://127.0.0.1"),
      settings: WorkerSettings(name: "payment-1"), log: Logger(label: "test"))
    #expect("\(worker)" == "worker payment-1 of payment")
  }
}
