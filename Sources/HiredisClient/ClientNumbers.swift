/// What servers call a connection.
public struct ClientNumbers: Sendable {
  private var single: Int?
  private var nodes: [RedisURL.Address: Int] = [:]
  /// Of a cluster.
  private var map: SlotMap?
  private var home: RedisURL.Address?

  /// None.
  init() {}

  /// That of a single server, if it tells.
  init(single: Int?) {
    self.single = single
  }

  /// Those of a cluster's nodes.
  init(nodes: [RedisURL.Address: Int], map: SlotMap, home: RedisURL.Address?) {
    self.nodes = nodes
    self.map = map
    self.home = home
  }

  /// That of the server that has a key, or that of the one that commands without a key go to.
  public func id(for key: String?) -> Int? {
    guard let map else { return single }
    let owner = key.map { map.owner(of: Slot(of: $0).number) } ?? home
    return owner.flatMap { nodes[$0] }
  }
}
