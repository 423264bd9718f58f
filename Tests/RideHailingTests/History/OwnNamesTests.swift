import EventArchive
import EventStreams
import EventStreamsOperations
import HiredisClient
import RideHailing
import Testing

@Suite("A producer's own id and key") struct OwnNamesTests {
  @Test("break nothing: the ride is found in log and archive, refunded, audited and rebuilt by its own id")
  func everything() async throws {
    try await RideBench.run { bench in
      let ride = completedRide("h-ok1", fare: Fare(base: 1_000, currency: .usd))
      try await bench.handle([EncodedEvent(ride, id: "booking-77", key: "booking-77")], by: RideServices.standard.names)
      let archive = try ArchiveReader(path: bench.configuration.archivePath, of: .rides)
      func traced() async throws -> [String] {
        let report = try await RideReport.read("h-ok1", bench.namespace, bench.connection, archive: archive)
        return report?.events.map(\.header.type.rawValue) ?? []
      }
      #expect(try await traced().first == "RIDE_COMPLETED")
      var filter = HistoryFilter()
      filter.rides = ["h-ok1"]
      func archived() async throws -> [String] {
        var history = MergedHistory(
          of: .rides, shards: bench.namespace.shards, inspector: nil, archive: archive, filter: filter)
        var types: [String] = []
        while let event = try await history.next() { types.append(event.header?.type.rawValue ?? "") }
        return types
      }
      #expect(try await archived().first == "RIDE_COMPLETED")
      #expect(try await Set(archived()) == Set(traced()))

      try await bench.handle(
        [EncodedEvent(RefundRequested(of: CorrectedRide(ride), amount: 400, correction: "c", reason: "r"))],
        by: RideServices.standard.names)
      #expect(try await bench.types()["RIDE_REFUNDED"] == 1)
      #expect(try await bench.balance("payment", "gateway", "USD") == -600)
      #expect(try await bench.audit(archive: true).violations.isEmpty)
      for service in RideServices.standard.rebuilt {
        for readsLog in [true, false] {
          let report = try await Rebuild(
            namespace: bench.namespace, connection: bench.connection, archive: archive, readsLog: readsLog
          ).run(service, applies: false)
          #expect(report.isIdentical && report.isComplete, "\(service)")
        }
      }
    }
  }
}
