/// Which node of a cluster has which slots, as far as is known.
struct SlotMap: Hashable {
  /// Masters, in the order of their first slots.
  private(set) var nodes: [RedisURL.Address] = []
  /// By slot the place of its node; `nobody` for none.
  private var owners = Array(repeating: Self.nobody, count: Slot.count)

  private static let nobody = UInt16.max

  /// Reads the answer to `CLUSTER SLOTS`.
  ///
  /// - Parameters:
  ///   - reply: a list of first slot, last slot, master and replicas, each with host, port and more.
  ///   - origin: who answered it.
  init(_ reply: ReplyNode, from origin: RedisURL.Address) throws(RedisError) {
    try reply.check()
    for index in 0..<reply.count {
      let range = reply[index]
      let (first, last) = (try range[0].integer(), try range[1].integer())
      guard first >= 0, first <= last, last < Slot.count else {
        throw RedisError(.unexpectedReply, "slots from \(first) to \(last)")
      }
      let master = origin.onSameHost(try range[2][0].optionalString() ?? "", port: try range[2][1].integer())
      let owner = place(of: master)
      for slot in first...last { owners[slot] = owner }
    }
  }

  /// The node that has a slot; nil if none is known to.
  func owner(of slot: Int) -> RedisURL.Address? {
    let owner = owners[slot]
    return owner == Self.nobody ? nil : nodes[Int(owner)]
  }

  /// Takes in that a slot belongs to a node.
  mutating func move(_ slot: Int, to node: RedisURL.Address) {
    owners[slot] = place(of: node)
  }

  private mutating func place(of node: RedisURL.Address) -> UInt16 {
    if let place = nodes.firstIndex(of: node) { return UInt16(place) }
    nodes.append(node)
    return UInt16(nodes.count - 1)
  }
}
