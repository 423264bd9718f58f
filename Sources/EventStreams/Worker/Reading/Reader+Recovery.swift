import CoreMetrics
import HiredisClient
import Logging

/// What earlier owners have left.
extension Reader {
  /// Closes a connection of this worker that was given up: a server that stood still may not have noticed yet.
  func close(_ clients: ClientNumbers, of shard: OwnedShard) async throws {
    let lease = namespace.lease(shard.number, pipeline.service.name)
    guard let client = clients.id(for: lease), connection.clientNumbers.id(for: lease) != client else { return }
    do {
      try await ReaderConnection(client: String(client), worker: settings.name).close(over: connection, near: lease)
    } catch let error as RedisError where error.code == .server || error.code == .noPermission {
      // There is no such client any more, or it is not permitted.
    }
  }

  /// Deals with the next of what earlier owners left pending, in order, a page at a time: what the server hands out as a page is what it
  /// suspects if the process dies meanwhile.
  func recover(
    _ shard: OwnedShard, after: EntryID, count: Int, others: Bool, _ decoder: inout EntryDecoder
  ) async throws {
    do {
      let found = try await connection.call(
        RecoverCall(
          namespace: namespace, shard: shard, service: pipeline.service.name, worker: settings.name, after: after,
          count: count,
          others: others))
      let (deliveries, lost) = decode(found.entries, shard, &decoder)
      let ahead = try await ReadAhead.found(for: deliveries, pipeline.service, namespace, connection)
      await pipeline.tell {
        $0.admitRecovered(deliveries, lost: lost, of: shard, after: after, last: found.last, ahead)
      }
    } catch let error as RedisError where error.refusal == .fenced || error.refusal == .shifted {
      let loss: ShardLoss = error.refusal == .fenced ? .fenced : .overtaken
      await pipeline.tell { $0.lose(shard.number, epoch: shard.epoch, because: loss) }
    } catch let error as RedisError where !error.concernsOneShard {
      throw error
    } catch {
      await pipeline.tell { $0.lose(shard.number, epoch: shard.epoch, because: ShardLoss(error)) }
    }
  }

  private func decode(
    _ entries: [RecoverCall.Entry], _ shard: OwnedShard, _ decoder: inout EntryDecoder
  ) -> (deliveries: [Delivery], lost: [EntryID]) {
    var deliveries: [Delivery] = []
    var lost: [EntryID] = []
    for entry in entries {
      guard let json = entry.json else {
        log.critical(
          "an entry was trimmed from the log before it was acknowledged: its effects are missing",
          metadata: ["shard": "\(shard.number)", "entry": "\(entry.entryID)"])
        pipeline.metrics.losses.increment()
        lost.append(entry.entryID)
        continue
      }
      deliveries.append(
        decoder.decode(
          json.span, entryID: entry.entryID, shard: shard,
          topic: shard.topics.firstIndex { $0.hasSameBytes(as: entry.topic) } ?? 0, deliveries: entry.deliveries,
          failures: entry.failures
        ).condemned(after: pipeline.service.retry.maxCrashes))
    }
    return (deliveries, lost)
  }
}
