extension Connection {
  /// All servers, masters that have no slots and those that are not alive included, each master before its replicas, by their slots.
  ///
  /// Of a server alone its replicas are only known if the user may ask for them (`ROLE`).
  public func servers() throws(RedisError) -> [ServerNode] {
    let masters = try masters()
    var failure = RedisError(.clusterUnavailable, "no node of the cluster is known")
    for address in masters {
      do throws(RedisError) {
        return try servers(knownTo: address)
      } catch {
        // Any other node knows as well.
        failure = error
      }
    }
    throw failure
  }

  private func servers(knownTo address: RedisURL.Address) throws(RedisError) -> [ServerNode] {
    guard isCluster else {
      var question = Commands()
      question.append("ROLE")
      let answer = try send(question)
      return ServerNode.single(answer[0], at: address)
    }
    let answer = try call(["CLUSTER", "SHARDS"], at: address)
    return try Self.sorted(answer, from: address, usesTLS: url.tls != nil)
  }

  private static func sorted(
    _ reply: borrowing Reply, from origin: RedisURL.Address, usesTLS: Bool
  ) throws(RedisError) -> [ServerNode] {
    var shards: [[ServerNode]] = []
    for index in 0..<reply.root.count {
      shards.append(try ServerNode.shard(reply.root[index], from: origin, usesTLS: usesTLS))
    }
    return shards.sorted { Self.place($0) < Self.place($1) }.flatMap { shard in
      shard.filter { $0.master == nil } + shard.filter { $0.master != nil }.sorted { $0.name < $1.name }
    }
  }

  /// Where its slots begin, or what its first node is called.
  private static func place(_ shard: [ServerNode]) -> (Int, String) {
    let first = shard.lazy.compactMap { $0.slots.first?.lowerBound }.min()
    return (first ?? .max, shard.first?.name ?? "")
  }
}
