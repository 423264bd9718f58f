import CoreMetrics
import HiredisClient
import Logging

extension Leases {
  /// Has the dead letters of keys handled again, as an operator asked for.
  ///
  /// - Parameters:
  ///   - keys: all that were wanted when this worker looked.
  ///   - number: the shard.
  ///   - epoch: of its lease.
  ///   - commits: how many commits were known to be in effect before it looked.
  func redrive(_ keys: [String], shard number: Int, epoch: Int, asOf commits: Int) async throws {
    let begun = await pipeline.tell {
      $0.beginRedrive(keys, shard: number, epoch: epoch, asOf: commits, at: .now)
    }
    guard let (shard, keys) = begun, !keys.isEmpty else {
      return
    }
    let letters = try await LetterReader(namespace: namespace, connection: connection).letters(
      pipeline.service.name, number)
    var decoder = EntryDecoder(service: pipeline.service)
    for key in keys {
      let deliveries = letters.filter { $0.key.hasSameBytes(as: key) }.map { letter in
        decoder.decode(
          letter.json.span, source: .letter(letter.id), entryID: letter.entryID, shard: shard,
          topic: shard.topics.firstIndex { $0.hasSameBytes(as: letter.topic) }, deliveries: 0)
      }
      log.notice(
        "redriving dead letters", metadata: ["key": "\(key)", "shard": "\(number)", "letters": "\(deliveries.count)"])
      pipeline.metrics.redriven.increment(by: deliveries.count)
      await pipeline.tell { $0.redrive(deliveries, key: key, shard: shard) }
    }
  }
}
