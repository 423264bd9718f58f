public import EventStreams
public import EventStreamsOperations

/// What an audit found.
public struct AuditReport: Sendable, JSONWritable {
  /// An event that a service has not handled.
  public struct InFlight: Sendable, Hashable, JSONWritable {
    /// The service.
    public let service: String
    /// The shard.
    public let shard: Int
    /// Its place in the log.
    public let entryID: EntryID
    /// The event's id.
    public let event: String
    /// Why it is not handled.
    public let state: ServiceProgress.State

    /// Writes it as an object.
    public func write(to json: inout JSONWriter) {
      json.object {
        $0.field("service", service)
        $0.field("shard", shard)
        $0.field("entryId", entryID.description)
        $0.field("event", event)
        $0.field("state", state)
      }
    }
  }

  /// Events of log and archive.
  public internal(set) var events = 0
  /// Completed rides among them.
  public internal(set) var rides = 0
  /// Journals found.
  public internal(set) var journals = 0
  /// Accounts found.
  public internal(set) var accounts = 0
  /// Whether there was an archive to compare with.
  public internal(set) var hasArchive = false
  /// Service -> state -> events. What is not done is no violation.
  public internal(set) var progress: [Identifier: [ServiceProgress.State: Int]] = [:]
  /// The first events that are not done.
  public internal(set) var inFlight: [InFlight] = []
  /// Entries of outboxes: what services have published to other shards and that is not there yet. It is no violation.
  public internal(set) var unsent = 0
  /// What does not hold, as far as the limit goes.
  public internal(set) var violations: [Violation] = []
  /// How many there are.
  public internal(set) var violationCount = 0

  /// At most so many violations and events in flight are named.
  public static let limit = 1000

  /// True if nothing is wrong.
  public var holds: Bool { violationCount == 0 }

  mutating func add(_ violation: Violation) {
    violationCount += 1
    if violations.count < Self.limit { violations.append(violation) }
  }

  /// Takes in what was found in another shard.
  mutating func add(_ other: AuditReport) {
    events += other.events
    rides += other.rides
    journals += other.journals
    accounts += other.accounts
    for (service, counts) in other.progress {
      progress[service, default: [:]].merge(counts, uniquingKeysWith: +)
    }
    inFlight += other.inFlight.prefix(max(0, Self.limit - inFlight.count))
    violations += other.violations.prefix(max(0, Self.limit - violations.count))
    violationCount += other.violationCount
  }

  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object { json in
      json.field("holds", holds)
      json.field("events", events)
      json.field("rides", rides)
      json.field("journals", journals)
      json.field("accounts", accounts)
      json.field("archiveCompared", hasArchive)
      json.field(
        "services", progress.sorted { $0.key < $1.key }.map { ServiceCounts(service: $0.key.text, counts: $0.value) })
      json.field("inFlight", inFlight)
      json.field("unsent", unsent)
      json.field("violationCount", violationCount)
      json.field("violations", violations)
    }
  }

  private struct ServiceCounts: JSONWritable {
    let service: String
    let counts: [ServiceProgress.State: Int]

    func write(to json: inout JSONWriter) {
      json.object {
        $0.field("service", service)
        for state in ServiceProgress.State.allCases { $0.field(named: state.rawValue, counts[state, default: 0]) }
      }
    }
  }
}
