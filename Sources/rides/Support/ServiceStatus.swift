import EventStreams

/// How a service stands, over all shards.
struct ServiceStatus: JSONWritable {
  let service: String
  /// False if it never ran: then it has before it all that the logs hold.
  let isStarted: Bool
  let lag: Int
  let pending: Int
  let retrying: Int
  /// Entries in the dead letters, the parked ones included.
  let dead: Int
  let parked: Int
  /// Entries of its outboxes: what it has published to other shards and that is not there yet.
  let unsent: Int
  /// Worker -> how many shards it owns.
  let owners: [Identifier: Int]
  let unowned: Int
  /// Shards whose history it has not handled yet: it has not come to their logs.
  let inHistory: Int
  /// Why events are left alone at the moment: an operator wants it, or a worker reads nothing; nil if all go on.
  let pausedBecause: String?
  /// Events that were removed from the log before it got them.
  let lost: Int
  /// What could not be read of it, is wrong with what it stores, or is lost.
  private(set) var warnings: [String]

  /// The status of each service that the namespace was made for, in that order, and of those besides that ever ran.
  static func all(_ status: NamespaceStatus) -> [ServiceStatus] {
    let found = Dictionary(grouping: status.groups) { Identifier($0.service) }
    return status.allServices.map { ServiceStatus($0, found[$0] ?? [], status.pauses[$0] ?? [], length: status.length) }
  }

  private init(_ service: String, _ groups: [GroupStatus], _ pauses: [Pause], length: Int) {
    func sum(_ count: KeyPath<GroupStatus, Int>) -> Int { groups.reduce(0) { $0 + $1[keyPath: count] } }
    self.service = service
    isStarted = groups.contains { $0.hasRun || $0.lastDelivered > .zero }
    lag = groups.isEmpty ? length : sum(\.lag)
    pending = sum(\.pending)
    retrying = sum(\.retrying)
    dead = sum(\.dead)
    parked = sum(\.parked)
    unsent = sum(\.unsent)
    owners = Dictionary(grouping: groups.compactMap(\.owner)) { Identifier($0) }.mapValues(\.count)
    unowned = groups.count { $0.owner == nil }
    inHistory = groups.count { $0.historyPosition != nil }
    // Said at once, and though nobody runs it.
    pausedBecause =
      pauses.isEmpty
      ? groups.lazy.compactMap(\.pausedBecause).first : pauses.map(\.description).joined(separator: "; ")
    lost = sum(\.lost)
    warnings = groups.compactMap { group in group.problem.map { "\(service), shard \(group.shard): \($0)" } }
    if lost > 0 {
      warnings.append(
        "\(service): \(lost) events were removed from the log before it got them; rides restore brings back those that the archive has"
      )
    }
  }

  /// The same with what concerns all services.
  func with(_ general: [String]) -> ServiceStatus {
    var status = self
    status.warnings = general + warnings
    return status
  }

  /// `worker-1 (5), nobody (3)`
  var ownersText: String {
    guard isStarted else { return "nobody, never started" }
    guard !owners.isEmpty else { return "nobody" }
    let names = owners.sorted { $0.key < $1.key }.map { "\($0.key) (\($0.value))" }
    let owners = (names + (unowned > 0 ? ["nobody (\(unowned))"] : [])).joined(separator: ", ")
    let history = inHistory > 0 ? "; in the history of \(inHistory) shards" : ""
    return owners + history + (pausedBecause.map { "; paused: \($0)" } ?? "")
  }

  func write(to json: inout JSONWriter) {
    json.object {
      $0.field("service", service)
      $0.field("started", isStarted)
      $0.field("lag", lag)
      $0.field("pending", pending)
      $0.field("retrying", retrying)
      $0.field("dead", dead)
      $0.field("parked", parked)
      $0.field("unsent", unsent)
      $0.field("owners", owners.sorted { $0.key < $1.key }.map { Owner(name: $0.key.text, shards: $0.value) })
      $0.field("unownedShards", unowned)
      $0.field("shardsInHistory", inHistory)
      $0.field("pausedBecause", pausedBecause)
      $0.field("lost", lost)
      $0.field("warnings", warnings)
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
