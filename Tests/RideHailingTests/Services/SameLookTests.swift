import EventArchive
import EventStreams
import EventStreamsOperations
import HiredisClient
import RideHailing
import Testing

/// Names that look the same and are not: `é` as one character and as two. Redis and SQLite tell them apart, so everybody must.
@Suite("Names that look the same") struct SameLookTests {
  private static let names = (composed: "Jos\u{e9}", decomposed: "Jose\u{301}")

  /// A ride of each of two drivers and riders, whose names, and the rides' ids, look the same.
  private var rides: [EncodedEvent] {
    [(Self.names.composed, 1000), (Self.names.decomposed, 2000)].map { name, total in
      var ride = RideCompleted(
        rideID: "ride-\(name)", riderID: "rider-\(name)", driverID: name, city: "Z\u{fc}rich",
        fare: Fare(base: total, currency: .eur), payment: Payment(.card, token: "tok_visa"))
      ride.riderEmail = "u-1@example.com"
      return EncodedEvent(ride)
    }
  }

  @Test("are two rides and two drivers to every service, to audit, rebuild and restore, and to reports")
  func services() async throws {
    try await RideBench.run { bench in
      let services = RideServices.standard.names
      try await bench.handle(rides + ratings, by: services)

      func balance(_ driver: String) async throws -> [Int] {
        try await AccountHistory(.driver(driver), from: bench.state).balances.map(\.value)
      }
      #expect(try await balance(Self.names.composed) == [800])
      #expect(try await balance(Self.names.decomposed) == [1600])
      #expect(try await RideState(bench.state).ratings(ofRide: "ride-\(Self.names.composed)").rider == 5)
      #expect(try await RideState(bench.state).ratings(ofRide: "ride-\(Self.names.decomposed)").rider == 1)
      #expect(try await RideState(bench.state).ratings(of: AccountHolder(.driver, Self.names.composed)).stars == 5)

      let audit = try await bench.audit(archive: true)
      #expect(audit.violations.isEmpty, "\(audit.violations.first.map { "\($0)" } ?? "")")
      #expect(audit.rides == 2)
      for service in RideServices.standard.rebuilt {
        let report = try await Rebuild(
          namespace: bench.namespace, connection: bench.connection,
          archive: try ArchiveReader(path: bench.configuration.archivePath, of: .rides)
        ).run(service, applies: false)
        #expect(report.isIdentical, "\(service) \(report.shards.flatMap(\.comparison.differences).prefix(2))")
      }
      let reports = try ArchiveReports(path: bench.configuration.archivePath)
      #expect(try await reports.totals(by: .driver).rows.map(\.revenue.minorUnits) == [2000, 1000])

      let accounts = try await TrialBalance.read(from: bench.state).rows
      #expect(accounts.count { $0.account.kind == "driver" } == 2)
      _ = try await bench.connection.call("FLUSHALL")
      let namespace = try await Namespace.open("rides", shardCount: 4, on: bench.connection)
      _ = try await Restore(
        namespace: namespace, connection: bench.connection,
        archive: try ArchiveReader(path: bench.configuration.archivePath, of: .rides)
      ).run()
      #expect(try await TrialBalance.read(from: bench.state).rows == accounts)
      #expect(try await bench.audit(archive: true).violations.isEmpty)
    }
  }

  private var ratings: [EncodedEvent] {
    [(Self.names.composed, 5), (Self.names.decomposed, 1)].flatMap { name, stars in
      Rater.allCases.map {
        EncodedEvent(
          RideRated(
            rideID: "ride-\(name)", driverID: name, city: "Z\u{fc}rich", stars: stars, by: $0, riderID: "rider-\(name)")
        )
      }
    }
  }

  @Test("are two accounts, whatever follows the colon or the bar")
  func accounts() throws {
    #expect(Account.driver(Self.names.composed) != Account.driver(Self.names.decomposed))
    // A combining character at the beginning of a name makes one character of the colon and itself.
    let account = Account.rider("\u{301}x")
    #expect(account.kind == "rider")
    var parser = JSONParser()
    let written = JSONWriter.bytes(of: AccountHolder(.rider, "\u{301}x"))
    #expect(try AccountHolder(from: parser.parse(written.span)).id == "\u{301}x")
  }
}
