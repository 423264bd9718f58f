import CoreMetrics
import HiredisClient
import Logging

extension Leases {
  /// Says that a group was put back.
  func report(_ shift: (from: String, to: String), of shard: Int) {
    log.critical(
      "somebody has moved the consumer group, removed what is pending, or added entries before what was handled; the group was put back to where it must be: nothing is handled twice, and nothing is left out but what was added so: leave XGROUP SETID, XACK, XGROUP DELCONSUMER and XADD to the workers and publishers",
      metadata: ["shard": "\(shard)", "was": "\(shift.from)", "is": "\(shift.to)"])
  }

  /// Says once of which shards the server holds less than it did: it lost the end of the log or all of it, or what was committed there
  /// (FLUSHALL, a failover, a restart without the append-only file, a back-up put back).
  func reportLosses() async throws {
    for shard in await pipeline.ask({ $0.behind }) {
      let known = await pipeline.ask { $0.knowledge(of: shard) }
      guard let logEnd = try await reached({ try Self.place(await connection.call("GET", namespace.clock(shard))) })
      else { continue }
      log.critical(
        "the server has gone back to an earlier moment: what this worker committed since is lost, and so are events that it read or that were published since; publish them again",
        metadata: [
          "shard": "\(shard)", "logEndsAt": "\(logEnd)", "hadRead": "\(known.lastRead?.id ?? .zero)",
          "hadCommitted": "\(known.committed ?? .zero)",
        ])
      pipeline.metrics.losses.increment()
      await pipeline.tell { $0.reported(shard) }
      var note = Commands()
      Rewind.note(
        namespace, shard, pipeline.service.name, logEnd: logEnd, hadRead: known.lastRead?.id ?? .zero, in: &note)
      _ = try await connection.send(note)
    }
  }

  /// The last place that a shard's clock has given out; `0-0` if there is none.
  private static func place(_ reply: borrowing Reply) throws -> EntryID {
    try reply.root.check()
    return EntryID(utf8: reply.root.bytes) ?? .zero
  }
}
