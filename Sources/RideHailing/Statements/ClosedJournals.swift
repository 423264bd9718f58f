public import EventArchive
public import EventStreams

/// The journals that have left the services' state, as they follow from the events that the archive holds.
///
/// A service's handlers are asked once more about all that came before, so a question costs as much as there is history in the shard.
public struct ClosedJournals: Sendable {
  private let archive: ArchiveReader
  private let inspector: Inspector
  private let commissionBasisPoints: Int

  /// The journals of an archive.
  ///
  /// - Parameters:
  ///   - archive: what analytics stores into.
  ///   - inspector: of the namespace.
  ///   - commissionBasisPoints: of rides that were booked before their rate was published; all others tell it themselves.
  public init(
    archive: ArchiveReader, inspector: Inspector,
    commissionBasisPoints: Int = DriverService.standardCommissionBasisPoints
  ) {
    self.archive = archive
    self.inspector = inspector
    self.commissionBasisPoints = commissionBasisPoints
  }

  /// Journals that are asked for are in the archive alone, and nobody has named it.
  public struct Needed: Error, Sendable, CustomStringConvertible {
    let what: String
    let before: Timestamp

    /// What it says to people.
    public var description: String {
      "\(what) from before \(before) are in the archive alone, and it isn't here: name it with --archive"
    }
  }

  /// Calls `body` with each journal of a service that was recorded in a shard before a moment, in order.
  ///
  /// - Parameter body: is told of the stream that it was in, the event's place, and the journal.
  func forEach(
    _ service: String, shard: Int, before end: Timestamp, _ body: (_ stream: String, EntryID, Journal) throws -> Void
  ) async throws {
    var filter = HistoryFilter()
    filter.types = Outcomes.types(of: service) + [ScheduleRecord.scheduled]
    let outcomes = try await Outcomes(
      ShardHistory(of: .rides, shard: shard, inspector: inspector, archive: archive, filter: filter))
    let fold = try ServiceFold(
      service, shard: shard, outcomes: outcomes, commissionBasisPoints: commissionBasisPoints, keepsJournals: false)
    let progress = try await inspector.progress([service], shard: shard)[0]
    filter = HistoryFilter()
    filter.recordedBefore = end
    var history = ShardHistory(of: .rides, shard: shard, inspector: inspector, archive: archive, filter: filter)
    var parser = JSONParser()
    while let item = try await history.next() {
      guard !item.isRepetition, progress.state(of: item.id, in: item.topic) == .done else { continue }
      let event = item.event(in: shard)
      do {
        guard let effects = try await fold.effects(of: event) else { continue }
        for case .append(let stream, let record) in fold.writes(of: effects)
        where stream.hasPrefix(LedgerState.streamPrefix) {
          try body(stream, item.id, Journal(from: parser.parse(record.span)))
        }
        fold.apply(effects, of: event)
      } catch is OutcomeGateway.Unknown {
        // Nobody knows what came of it, as a rebuild says too.
      }
    }
  }
}
