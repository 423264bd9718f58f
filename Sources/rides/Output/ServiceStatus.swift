import EventStreams

/// How far a service is over all shards.
struct ServiceStatus: JSONWritable {
  let name: String
  let isStarted: Bool
  /// Nil if Redis can't tell, and there is at least one.
  let lag: Int?
  let pending: Int
  let retrying: Int
  let dead: Int
  let parked: Int
  let redriving: Int
  let shardCount: Int
  /// The workers, with how many shards each owns.
  let owners: [(name: String, shards: Int)]

  /// The status of each of these services and of all others that have a group.
  ///
  /// - Parameter length: entries in the logs: what a service that never started has before it.
  static func all(_ groups: [GroupStatus], names: [String], shardCount: Int, length: Int) -> [ServiceStatus] {
    let byService = Dictionary(grouping: groups, by: \.service)
    return (names + Set(byService.keys).subtracting(names).sorted()).map { name in
      ServiceStatus(name, byService[name] ?? [], shardCount: shardCount, length: length)
    }
  }

  private init(_ name: String, _ groups: [GroupStatus], shardCount: Int, length: Int) {
    func sum(_ path: KeyPath<GroupStatus, Int>) -> Int { groups.reduce(0) { $0 + $1[keyPath: path] } }
    self.name = name
    isStarted = !groups.isEmpty
    if groups.isEmpty {
      lag = length
    } else {
      lag = groups.contains { $0.lag == nil } ? nil : groups.reduce(0) { $0 + ($1.lag ?? 0) }
    }
    pending = sum(\.pending)
    retrying = sum(\.retrying)
    dead = sum(\.dead)
    parked = sum(\.parked)
    redriving = sum(\.redriving)
    self.shardCount = shardCount
    let owned = Dictionary(grouping: groups.compactMap(\.owner)) { $0 }
    owners = owned.sorted { $0.key < $1.key }.map { ($0.key, $0.value.count) }
  }

  private var ownedShards: Int { owners.reduce(0) { $0 + $1.shards } }

  private var ownerNames: String {
    guard owners.isEmpty else { return owners.map { "\($0.name) (\($0.shards))" }.joined(separator: ", ") }
    return isStarted ? "nobody" : "nobody (never started)"
  }

  var cells: [String] {
    [
      name, lag.map(String.init) ?? "some", String(pending), String(retrying), String(dead), String(parked),
      "\(ownedShards)/\(shardCount)", ownerNames,
    ]
  }

  func write(to json: inout JSONWriter) {
    json.object { json in
      json.field("service", name)
      json.field("started", isStarted)
      json.field("lag", lag)
      json.field("pending", pending)
      json.field("retrying", retrying)
      json.field("dead", dead)
      json.field("parked", parked)
      json.field("redriving", redriving)
      json.field("shards", shardCount)
      json.field("ownedShards", ownedShards)
      json.field(
        "owners",
        owners.map { owner in
          JSONFields {
            $0.field("worker", owner.name)
            $0.field("shards", owner.shards)
          }
        })
    }
  }
}
