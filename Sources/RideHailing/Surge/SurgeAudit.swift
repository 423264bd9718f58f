import EventStreams
public import EventStreamsOperations

/// Compares the window of one shard's prices with what happened in it.
public struct SurgeAudit: ServiceAudit {
  private static let hashes = [SurgeState.multipliers, SurgeState.frontier]
  /// The counts of a minute are kept for a day: in so long they have not vanished yet.
  private static let safeTime = Duration.seconds(23 * 3600)

  /// What is stored, by hash: the window, and the counts of the minutes in it.
  private var window: [(hash: String, fields: [Identifier: String])] = []
  private var minutes: [(hash: String, fields: [Identifier: String])] = []
  private var recordedAt: Timestamp?
  /// False if counts may have vanished between two events, so that they began anew.
  private var isWhole = true

  /// Reads the window.
  public init(shard: Int, state: ServiceState) async throws {
    func read(_ hash: String) async throws -> (String, [Identifier: String]) {
      (hash, try await state.fields(SurgeService.name, hash, shard: shard))
    }
    for hash in Self.hashes { window.append(try await read(hash)) }
    guard let frontier = window[1].fields["minute"].flatMap({ Int64($0) }),
      Quantity.minute.range.contains(Int(frontier))
    else { return }
    for minute in (frontier - Int64(SurgePolicy().windowMinutes) + 1)...frontier {
      minutes.append(try await read(SurgeState.minute(minute)))
    }
  }

  /// Notes when something was counted.
  public mutating func add(_ event: AuditedEvent) {
    guard event.header.type == RideCompleted.eventType || event.header.type == RideRequested.eventType else { return }
    let time = event.event.entryID.recordedAt
    if let recordedAt, time > recordedAt + Self.safeTime { isWhole = false }
    recordedAt = time
  }

  /// Fields of the window that are not what was counted.
  public func findings(_ end: AuditedHistory) async throws -> [AuditFinding] {
    guard end.isWhole, isWhole, !end.hasOpenWork else { return [] }
    var findings: [AuditFinding] = []
    let areKept = recordedAt.map { Timestamp.now() < $0 + Self.safeTime } ?? false
    for (hash, found) in window + (areKept ? minutes : []) {
      let expected = try await end.image.hash(hash, shard: end.shard)
      for field in Set(found.keys).union(expected.keys).sorted() where found[field] != expected[field] {
        findings.append(
          AuditFinding(.surge, key: "\(hash)[\(field)]", expected: expected[field], found: found[field]))
      }
    }
    return findings
  }
}
