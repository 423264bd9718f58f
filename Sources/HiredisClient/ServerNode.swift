/// A server that has keys, or follows one that has.
public struct ServerNode: Sendable, Hashable {
  /// Where it is.
  public let address: RedisURL.Address
  /// What the other nodes of a cluster call it; nil outside of one.
  public let id: String?
  /// Whose replica it is; nil for a master.
  public let master: RedisURL.Address?
  /// Whether the others take it for alive.
  public let isHealthy: Bool
  /// The slots that a master has; all of them outside of a cluster.
  public let slots: [ClosedRange<Int>]

  /// A server.
  public init(
    address: RedisURL.Address, id: String? = nil, master: RedisURL.Address? = nil, isHealthy: Bool = true,
    slots: [ClosedRange<Int>] = []
  ) {
    self.address = address
    self.id = id
    self.master = master
    self.isHealthy = isHealthy
    self.slots = slots
  }

  /// What errors, too, call it: `127.0.0.1:7101`, or the path of a socket.
  public var name: String { RedisURL.shown(address) }

  /// How many slots it has.
  public var slotCount: Int { slots.reduce(0) { $0 + $1.count } }

  /// Reads an element of the answer to `CLUSTER SHARDS`: a master, or none, and its replicas.
  ///
  /// - Parameters:
  ///   - reply: slots, and nodes with their places and roles.
  ///   - origin: who answered it.
  ///   - usesTLS: which of the two ports of a node is meant.
  static func shard(_ reply: ReplyNode, from origin: RedisURL.Address, usesTLS: Bool) throws(RedisError) -> [ServerNode]
  {
    try reply.check()
    let (bounds, nodes) = (reply[field: "slots"], reply[field: "nodes"])
    var slots: [ClosedRange<Int>] = []
    for index in stride(from: 0, to: bounds.count - 1, by: 2) {
      let (first, last) = (try bounds[index].integer(), try bounds[index + 1].integer())
      guard first >= 0, first <= last, last < Slot.count else {
        throw RedisError(.unexpectedReply, "slots from \(first) to \(last)")
      }
      slots.append(first...last)
    }
    var found: [(node: ServerNode, isMaster: Bool)] = []
    for index in 0..<nodes.count {
      let node = nodes[index]
      let port = usesTLS && !node[field: "tls-port"].isNil ? node[field: "tls-port"] : node[field: "port"]
      let address = origin.onSameHost(try node[field: "endpoint"].optionalString() ?? "", port: try port.integer())
      let isMaster = try node[field: "role"].string() == "master"
      let isHealthy = try node[field: "health"].string() != "fail"
      found.append(
        (
          ServerNode(
            address: address, id: try node[field: "id"].string(), isHealthy: isHealthy, slots: isMaster ? slots : []),
          isMaster
        ))
    }
    let master = found.first { $0.isMaster && $0.node.isHealthy } ?? found.first(where: \.isMaster)
    return found.map { node, isMaster in
      isMaster
        ? node
        : ServerNode(address: node.address, id: node.id, master: master?.node.address, isHealthy: node.isHealthy)
    }
  }

  /// Reads the answer to `ROLE` of a server that is no node of a cluster: itself, and who follows it.
  static func single(_ reply: ReplyNode, at address: RedisURL.Address) -> [ServerNode] {
    var servers = [ServerNode(address: address, slots: [0...Slot.count - 1])]
    guard reply.error == nil, (try? reply[0].string()) == "master" else { return servers }
    for index in 0..<reply[2].count {
      guard let host = try? reply[2][index][0].string(),
        let port = (try? reply[2][index][1].string()).flatMap({ Int($0) })
      else { continue }
      servers.append(ServerNode(address: .tcp(host: host, port: port), master: address))
    }
    return servers
  }
}
