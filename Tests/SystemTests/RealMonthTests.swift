import EventStreams
import EventStreamsOperations
import Foundation
import HiredisClient
import RedisTestSupport
import RideHailing
import RideTestSupport
import Testing

@Suite("A real month") struct RealMonthTests {
  private static let rows = 700
  // February 2019, in UTC.
  private static let month = Timestamp(secondsSinceEpoch: 1_548_979_200)..<Timestamp(secondsSinceEpoch: 1_551_398_400)

  /// What the rides of the month come to, straight from their events, and who drove.
  private struct Charged {
    var rides = 0
    var total = 0
    var taxes = 0
    var drivers: Set<String> = []
  }

  private func charged(_ bench: SystemBench) async throws -> Charged {
    let namespace = try await bench.namespace()
    let inspector = Inspector(namespace: namespace, connection: bench.connection)
    var charged = Charged()
    for shard in namespace.shards {
      for entry in try await inspector.entries(shard: shard, after: .zero, limit: 100_000) {
        let header = try EventHeader(ofEvent: entry.json.span, fallbackID: "")
        guard header.type == RideCompleted.eventType else { continue }
        let ride = try RideCompleted(ofEvent: entry.json.span)
        guard Self.month.contains(ride.completedAt ?? header.timestamp) else { continue }
        charged.rides += 1
        charged.total += ride.fare.total
        charged.taxes += ride.fare.taxes
        charged.drivers.insert(ride.driverID)
      }
    }
    return charged
  }

  @Test(
    "of New York's taxis: trial balance zero, statements add up to the fares charged, each service is rebuilt identically",
    .enabled(if: RealTrips.folder != nil, "set RIDES_DATA to the folder of real trips"))
  func february() async throws {
    try await SystemBench.run { bench in
      let csv = try await RealTrips.unpack("nyc/yellow_2019-02.csv.gz", lines: Self.rows + 1, into: bench.folder)
      let archive = bench.folder.appending(path: "archive.sqlite").path()
      let workers = try RideServices.standard.names.map { try bench.worker($0) }
      defer { workers.forEach { $0.crash() } }
      #expect(try await bench.rides("import", "--format", "nyc-yellow", csv).status == 0)
      let waited = try await bench.rides("wait", "--timeout", "120s")
      #expect(waited.status == 0, "\(waited.errors)")
      workers.forEach { $0.stop() }

      let trial = try await bench.rides("trial-balance", "--format", "json")
      #expect(trial.status == 0)
      #expect(trial.output.contains(#""balanced":true,"totals":[{"amount":0,"currency":"USD"}]"#), "\(trial.output)")

      let charged = try await charged(bench)
      #expect(charged.rides > Self.rows - 100)
      let state = ServiceState(namespace: try await bench.namespace(), connection: bench.connection)
      let selection = AccountHistory.Selection(from: Self.month.lowerBound, before: Self.month.upperBound)
      var sum = Earning()
      var (trips, growth) = (0, 0)
      for driver in charged.drivers {
        let statements = DriverStatement.statements(
          try await .read(.driver(driver), from: state, selection))
        for statement in statements {
          #expect(statement.addsUp)
          sum = sum + statement.earned
          trips += statement.trips
          growth += statement.closing - statement.opening
        }
      }
      #expect(trips == charged.rides)
      #expect(sum.fare + sum.tips + sum.tolls + charged.taxes == charged.total)
      #expect(growth + sum.cash + sum.commission + charged.taxes == charged.total)
      func booked(_ account: Account, by isWanted: (Int) -> Bool = { _ in true }) async throws -> Int {
        try await AccountStatement.read(account, from: state, selection).lines.map(\.entry.amount.minorUnits)
          .filter(isWanted).reduce(0, +)
      }
      #expect(try await booked(.clearing) { $0 > 0 } == charged.total)
      #expect(try await booked(.platform) == sum.commission)
      #expect(try await booked(.taxes) == charged.taxes)

      for service in RideServices.standard.names {
        let sources =
          service == "analytics" ? [["--archive", archive]] : [["--archive", archive], ["--from-archive", archive]]
        for source in sources {
          let rebuilt = try await RidesProcess.run(
            all: ["rebuild", service, "--format", "json"] + source, redis: bench.url)
          #expect(rebuilt.status == 0, "\(service) \(rebuilt.errors)")
          #expect(rebuilt.output.contains(#""identical":true,"complete":true"#), "\(service)")
          let digests = rebuilt.output.matches(of: #/"liveDigest":"(\w+)","rebuiltDigest":"(\w+)"/#)
          #expect(digests.count == 8 && digests.allSatisfy { $0.1 == $0.2 }, "\(service)")
          // All rides are in one city's shard, and what surge knows of 2019 has vanished.
          #expect(service == "surge" || Set(digests.map(\.1)).count == 2, "\(service)")
        }
      }
    }
  }
}
