public import EventArchive
import EventStreams

/// What services had stored of a ride that has left their state, as it follows from its own events.
extension RideState {
  /// The ride's receipt, of a ride whose events an archive holds; nil if it was not completed.
  public func receipt(_ ride: String, in archive: ArchiveReader) async throws -> Receipt? {
    try await record(NotificationService.self, [Receipt.hash], ride, archive)
  }

  /// The ride's money as it stood last, of a ride whose events an archive holds; nil if it was not completed.
  public func payment(_ ride: String, in archive: ArchiveReader) async throws -> PaymentRecord? {
    try await record(PaymentService.self, [PaymentRecord.corrected, PaymentRecord.hash], ride, archive)
  }

  /// - Parameter hashes: where the record may be; the first that has it is right.
  private func record<Value: JSONReadable>(
    _ service: any FoldedService.Type, _ hashes: [String], _ ride: String, _ archive: ArchiveReader
  ) async throws -> Value? {
    var filter = HistoryFilter()
    filter.rides = [ride]
    for shard in shards {
      func history(_ types: [EventType] = []) -> ShardHistory {
        var filter = filter
        filter.types = types
        return ShardHistory(of: .rides, shard: shard, inspector: nil, archive: archive, filter: filter)
      }
      let outcomes = try await Outcomes(of: [service], ArchiveDomain.rides.catalog, in: history)
      let fold = ServiceFold(service, shard: shard, outcomes: outcomes, keepsJournals: false)
      var events = history()
      while let event = try await events.nextEvent() { _ = try await fold.addIfHandled(event) }
      for hash in hashes {
        if let text = try await fold.image.field(hash, ride, shard: shard) { return try Self.decode(text) }
      }
    }
    return nil
  }
}
