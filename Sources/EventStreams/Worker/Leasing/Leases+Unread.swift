import HiredisClient
import Logging

extension Leases {
  /// Has events handled again that are dead because for too long nobody came who reads them, if this worker does.
  ///
  /// - Parameter blocked: the shard's keys that have dead letters.
  func redriveUnread(shard: Int, blocked: Set<Identifier>) async throws {
    guard !blocked.isEmpty else { return }
    let service = pipeline.service.name
    let name = namespace.unread(shard, service)
    let fields = try await connection.strings(["HGETALL", name])
    let scope = ReadingScope(pipeline.service)
    var (readable, gone): (Set<Identifier>, [String]) = ([], [])
    var parser = JSONParser()
    for index in stride(from: 0, to: fields.count - 1, by: 2) {
      let key = Identifier(fields[index])
      if !blocked.contains(key) {
        gone.append(key.text)
      } else if let need = try? ReadingNeed(from: parser.parse(fields[index + 1].utf8.span)), scope.covers(need) {
        readable.insert(key)
      }
    }
    // Their letters were discarded.
    if !gone.isEmpty { _ = try await connection.call(["HDEL", name] + gone) }
    guard !readable.isEmpty else { return }
    _ = try await connection.call(
      RedriveCall(namespace: namespace, shard: shard, service: service, ordering: readable))
    log.notice(
      "handling again what is dead because nobody read it",
      metadata: ["shard": "\(shard)", "keys": "\(readable.count)"])
  }
}
