import Redis

/// Writes a state beside a service's live one, and lets it take its place in one step.
struct StateSwap: Sendable {
  let topic: Topic
  let connection: Connection
  let service: String
  let shard: Int

  private var prefix: String { topic.staged(shard, service, "") }

  /// Removes what an earlier attempt has left.
  func clear() async throws {
    let left = try await StateImage.keys(prefix, connection)
    for part in stride(from: 0, to: left.count, by: 1000) {
      _ = try await connection.call(["UNLINK"] + left[part..<min(part + 1000, left.count)])
    }
  }

  /// Writes what of the state has been touched since the last call.
  func stage(_ image: StateImage) async throws {
    let touched = image.takeTouched()
    let contents = image.current
    var commands = Commands()
    func flush(at limit: Int) async throws {
      guard commands.count >= limit, commands.count > 0 else { return }
      _ = try await connection.answers(to: commands)
      commands.removeAll(keepingCapacity: true)
    }
    for name in touched.sorted() {
      let key = topic.staged(shard, service, name)
      commands.append("UNLINK", key)
      let fields = (contents.hashes[name] ?? [:]).flatMap { [$0.key, $0.value] }
      for start in stride(from: 0, to: fields.count, by: 1000) {
        commands.append(["HSET", key] + fields[start..<min(start + 1000, fields.count)])
        try await flush(at: 1000)
      }
      for (id, json) in contents.streams[name] ?? [] {
        commands.begin(argumentCount: 5)
        commands.argument("XADD")
        commands.argument(key)
        commands.argument(id.description)
        commands.argument("record")
        commands.argument(json)
        try await flush(at: 1000)
      }
      if let time = contents.expiries[name], contents.names.contains(name) {
        commands.append("PEXPIREAT", key, String(time.microsecondsSinceEpoch / 1000))
      }
      try await flush(at: 1000)
    }
    try await flush(at: 1)
  }

  /// Puts what was staged in the place of the live state.
  func swap(live: StateImage, epoch: Int) async throws {
    // What has vanished since it was staged can't be renamed.
    let names = try await StateImage.keys(prefix, connection).map { String($0.dropFirst(prefix.count)) }
    let obsolete = live.current.names.subtracting(names)
    var commands = Commands()
    commands.begin(argumentCount: 3 + 1 + names.count * 2 + obsolete.count + 2)
    commands.argument("FCALL")
    commands.argument(FunctionLibrary.swap)
    commands.argument(1 + names.count * 2 + obsolete.count)
    commands.argument(topic.lease(shard, service))
    for name in names { commands.argument(topic.staged(shard, service, name)) }
    for name in names { commands.argument(topic.state(shard, service, name)) }
    for name in obsolete { commands.argument(topic.state(shard, service, name)) }
    commands.argument(epoch)
    commands.argument(names.count)
    do {
      _ = try await connection.answers(to: commands)
    } catch  where (error as? RedisError)?.isFenced == true {
      throw MaintenanceLease.Lost(service: service, shard: shard)
    }
  }
}
