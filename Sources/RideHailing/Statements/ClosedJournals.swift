public import EventArchive
import EventStreams
public import EventStreamsOperations

/// The journals that have left the services' state, as they follow from the events that the archive holds.
///
/// A service's handlers are asked once more about all that came before, so a question costs as much as there is history in the shard.
public struct ClosedJournals: Sendable {
  private let archive: ArchiveReader
  private let inspector: Inspector

  /// The journals of an archive.
  ///
  /// - Parameters:
  ///   - archive: what analytics stores into.
  ///   - inspector: of the namespace.
  public init(archive: ArchiveReader, inspector: Inspector) {
    self.archive = archive
    self.inspector = inspector
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
    guard let service = RideServices.standard.folded.first(where: { $0.name.hasSameBytes(as: service) }) else { return }
    func events(_ filter: HistoryFilter) -> ShardHistory {
      ShardHistory(of: .rides, shard: shard, inspector: inspector, archive: archive, filter: filter)
    }
    let outcomes = try await Outcomes(of: [service], ArchiveDomain.rides.catalog) { types in
      var filter = HistoryFilter()
      filter.types = types
      return events(filter)
    }
    let fold = ServiceFold(service, shard: shard, outcomes: outcomes, keepsJournals: false)
    let progress = try await inspector.progress([service.name], shard: shard)[0]
    var filter = HistoryFilter()
    filter.recordedBefore = end
    var history = events(filter)
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
      } catch is Undecided {
        // Nobody knows what came of it, as a rebuild says too.
      }
    }
  }
}
