import EventStreams
import HiredisClient

/// Writes a state beside a service's live one, and lets it take its place in one step.
struct StateSwap: Sendable {
  let namespace: Namespace
  let connection: Connection
  let service: String
  let shard: Int
  let run: RebuildRun

  /// Removes what was staged for the service in the shard, by whatever run: another that is at work finds it gone, and changes nothing.
  func clear() async throws {
    try await StateImage.remove(namespace.staged(shard, service), connection)
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
      let key = namespace.staged(shard, service, run, name.text)
      commands.append("UNLINK", key)
      let fields = (contents.hashes[name] ?? [:]).flatMap { [$0.key.text, $0.value] }
      for start in stride(from: 0, to: fields.count, by: 1000) {
        commands.append(["HSET", key] + fields[start..<min(start + 1000, fields.count)])
        try await flush(at: 1000)
      }
      for (id, json) in contents.streams[name] ?? [] {
        commands.begin(argumentCount: 5)
        commands.argument("XADD")
        commands.argument(key)
        commands.argument(id.description)
        commands.argument("r")
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

  /// The keys of a step that puts what was staged in the place of the live state.
  func keys(of image: StateImage, live: StateImage) -> StagedKeys {
    let contents = image.current
    let lasting = contents.names.filter { contents.expiries[$0] == nil }.sorted()
    let vanishing = contents.names.filter { contents.expiries[$0] != nil }.sorted()
    return StagedKeys(
      staged: (lasting + vanishing).map { namespace.staged(shard, service, run, $0.text) },
      live: (lasting + vanishing).map { namespace.state(shard, service, $0.text) },
      obsolete: live.current.names.subtracting(contents.names).sorted().map {
        namespace.state(shard, service, $0.text)
      },
      lasting: lasting.count)
  }

  /// Puts what was staged in the place of the live state.
  func swap(_ image: StateImage, live: StateImage, epoch: Int) async throws {
    do {
      try await connection.call(
        SwapCall(namespace: namespace, shard: shard, service: service, epoch: epoch, state: keys(of: image, live: live))
      )
    } catch  where (error as? RedisError)?.isFenced == true {
      throw MaintenanceLease.Lost(service: service, shard: shard)
    }
  }
}
