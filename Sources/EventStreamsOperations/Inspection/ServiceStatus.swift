public import EventStreams

/// How a service stands, over all shards.
public struct ServiceStatus: Sendable, JSONWritable {
  /// The service.
  public let service: String
  /// False if it never ran: then it has before it all that the logs hold.
  public let isStarted: Bool
  /// Entries that were not delivered to it.
  public let lag: Int
  /// How long the oldest entry that it has not settled has stood in the log, over all shards; zero if it has settled everything.
  public let lagTime: Duration
  /// Entries delivered and not acknowledged.
  public let pending: Int
  /// Of these, entries that wait for another attempt.
  public let retrying: Int
  /// Entries in the dead letters, the parked ones included.
  public let dead: Int
  /// Of the dead letters, those that are parked behind others.
  public let parked: Int
  /// Entries of its outboxes: what it has published to other shards and that is not there yet.
  public let unsent: Int
  /// Worker -> how many shards it owns.
  public let owners: [Identifier: Int]
  /// Shards that nobody has.
  public let unowned: Int
  /// Shards whose history it has not handled yet: it has not come to their logs.
  public let inHistory: Int
  /// Why events are left alone at the moment: an operator wants it, or a worker reads nothing; nil if all go on.
  public let pausedBecause: String?
  /// Events that were removed from the log before it got them.
  public let lost: Int
  /// What could not be read of it, is wrong with what it stores, or is lost.
  public private(set) var warnings: [String]
  /// In one word how it is, and why.
  public private(set) var condition = ServiceCondition(state: .ok, reason: nil)

  /// The status of each service that the namespace was made for, in that order, and of those besides that ever ran.
  public static func all(_ status: NamespaceStatus) -> [ServiceStatus] {
    let found = Dictionary(grouping: status.groups) { Identifier($0.service) }
    let listed = Set(names: status.services.map(\.service))
    return status.allServices.map { name in
      ServiceStatus(
        name, found[name] ?? [], status.pauses[name] ?? [], isListed: listed.contains(name), length: status.length)
    }
  }

  private init(_ service: String, _ groups: [GroupStatus], _ pauses: [Pause], isListed: Bool, length: Int) {
    func sum(_ count: KeyPath<GroupStatus, Int>) -> Int { groups.reduce(0) { $0 + $1[keyPath: count] } }
    self.service = service
    isStarted = groups.contains { $0.hasRun || $0.lastDelivered > .zero }
    lag = groups.isEmpty ? length : sum(\.lag)
    lagTime = groups.map(\.lagTime).max() ?? .zero
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
        "\(service): \(lost) events were removed from the log before it got them; restore brings back those that the archive has"
      )
    }
    condition = ServiceCondition(of: self, groups, isListed: isListed)
  }

  /// The same with what concerns all services.
  public func with(_ general: [String]) -> ServiceStatus {
    var status = self
    status.warnings = general + warnings
    return status
  }

  /// `worker-1 (5), nobody (3)`
  public var ownersText: String {
    guard isStarted else { return "nobody, never started" }
    guard !owners.isEmpty else { return "nobody" }
    let names = owners.sorted { $0.key < $1.key }.map { "\($0.key) (\($0.value))" }
    let owners = (names + (unowned > 0 ? ["nobody (\(unowned))"] : [])).joined(separator: ", ")
    let history = inHistory > 0 ? "; in the history of \(inHistory) shards" : ""
    return owners + history + (pausedBecause.map { "; paused: \($0)" } ?? "")
  }

  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("service", service)
      condition.writeFields(to: &$0)
      $0.field("started", isStarted)
      $0.field("lag", lag)
      $0.field("lagMs", lagTime.wholeMilliseconds)
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
