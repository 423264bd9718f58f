import EventStreams

/// How a service stands, over all shards.
struct ServiceStatus: JSONWritable {
  let service: String
  let lag: Int
  let pending: Int
  let retrying: Int
  let dead: Int
  /// Worker -> how many shards it owns.
  let owners: [String: Int]
  let unowned: Int

  static func summarise(_ groups: [GroupStatus]) -> [ServiceStatus] {
    Dictionary(grouping: groups, by: \.service).map { service, groups in
      ServiceStatus(
        service: service, lag: groups.reduce(0) { $0 + $1.lag }, pending: groups.reduce(0) { $0 + $1.pending },
        retrying: groups.reduce(0) { $0 + $1.retrying }, dead: groups.reduce(0) { $0 + $1.dead },
        owners: Dictionary(grouping: groups.compactMap(\.owner), by: { $0 }).mapValues(\.count),
        unowned: groups.count { $0.owner == nil })
    }
    .sorted { $0.service < $1.service }
  }

  var ownersText: String {
    guard !owners.isEmpty else { return "nobody" }
    let names = owners.sorted { $0.key < $1.key }.map { "\($0.key) (\($0.value))" }
    return (names + (unowned > 0 ? ["nobody (\(unowned))"] : [])).joined(separator: ", ")
  }

  func write(to json: inout JSONWriter) {
    json.object {
      $0.field("service", service)
      $0.field("lag", lag)
      $0.field("pending", pending)
      $0.field("retrying", retrying)
      $0.field("dead", dead)
      $0.field("owners", owners.sorted { $0.key < $1.key }.map { Owner(name: $0.key, shards: $0.value) })
      $0.field("unownedShards", unowned)
    }
  }

  private struct Owner: JSONWritable {
    let name: String
    let shards: Int

    func write(to json: inout JSONWriter) {
      json.object {
        $0.field("worker", name)
        $0.field("shards", shards)
      }
    }
  }
}
