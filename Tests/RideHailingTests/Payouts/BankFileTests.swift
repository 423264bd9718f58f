import EventStreams
import Foundation
import Testing

@testable import RideHailing

@Suite("What banks are told") struct BankFileTests {
  /// A file that a body reads.
  private func file<Result>(_ text: String, _ body: (String) throws -> Result) throws -> Result {
    let path = FileManager.default.temporaryDirectory.appending(path: "rides-\(UUID().uuidString).csv").path()
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try body(path)
  }

  /// What is wrong in a file, without its path.
  private func mistake<Result>(_ text: String, _ body: (String) throws -> Result) throws -> String {
    try file(text) { path in problem { try body(path) }.replacing(path, with: "FILE") }
  }

  @Test("are weeks by the clocks of a place: one has an hour less, and one an hour more")
  func weeks() throws {
    func span(_ text: String, _ zone: String) throws -> Range<Timestamp> {
      let week = try #require(PayoutWeek(text))
      return try #require(week.span(in: zone))
    }
    func hours(_ week: String, _ zone: String) throws -> Double {
      let span = try span(week, zone)
      return (span.upperBound - span.lowerBound) / .seconds(3600)
    }
    #expect(try hours("2026-W12", "Europe/Berlin") == 168)
    #expect(try hours("2026-W13", "Europe/Berlin") == 167)
    #expect(try hours("2026-W43", "Europe/Berlin") == 169)
    #expect(try hours("2026-W10", "America/New_York") == 167)
    #expect(try hours("2026-W44", "America/New_York") == 169)
    #expect(try hours("2026-W44", "Asia/Tokyo") == 168)
    let berlin = try span("2026-W13", "Europe/Berlin")
    #expect(berlin.lowerBound.description == "2026-03-22T23:00:00Z")
    #expect(berlin.upperBound.description == "2026-03-29T22:00:00Z")
    // 2026 has 53 weeks, and 2025 begins in 2024.
    #expect(try span("2025-W01", "UTC").lowerBound.description == "2024-12-30T00:00:00Z")
    #expect(PayoutWeek("2026-W53") != nil)
    for wrong in ["2025-W53", "2026-W00", "2026-W54", "2026-13", "2026-W1", "2026-W-1", "W13-2026", ""] {
      #expect(PayoutWeek(wrong) == nil, "\(wrong)")
    }
    #expect(PayoutWeek("2026-W13")?.span(in: "Mars/Olympus") == nil)
  }

  @Test("are days on which they work: no weekend, and none of the six days on which TARGET is closed")
  func days() throws {
    func next(_ text: String) throws -> String { try #require(BankDay(text)).nextBusinessDay.description }
    #expect(try next("2026-04-02") == "2026-04-07")
    #expect(try next("2026-04-30") == "2026-05-04")
    #expect(try next("2026-12-24") == "2026-12-28")
    #expect(try next("2026-12-31") == "2027-01-04")
    #expect(try next("2025-04-17") == "2025-04-22")
    #expect(try next("2026-11-27") == "2026-11-30")
    #expect(BankDay("2026-02-29") == nil && BankDay("2026-2-2") == nil)
  }

  @Test("are accounts whose country, length, structure and check digits hold")
  func accounts() throws {
    for right in [
      "DE89370400440532013000", "GB82 WEST 1234 5698 7654 32", "mt84malt011000012345mtlcast001s", "NO9386011117947",
    ] {
      #expect(throws: Never.self) { try IBAN(right) }
    }
    for (wrong, reason) in [
      ("DE88370400440532013000", "check digits"), ("DE8937040044053201300", "has 21 characters"),
      ("DE8937040044053201300A", "elsewhere"), ("ZZ89370400440532013000", "has no IBAN"), ("DE", "is no IBAN"),
      ("", "is no IBAN"), ("DE89370400440532013000é", "is no IBAN"),
      // The same rest as 98, but not what is computed.
      ("GB82WEST12345698765433", "check digits"),
    ] {
      #expect(problem { try IBAN(wrong) }.contains(reason), "\(wrong)")
    }
  }

  @Test("are names in their own letters")
  func texts() {
    #expect(BankText.of("Jörg Weiß & Söhne", longest: 70) == "Jorg Weiss + Sohne")
    #expect(BankText.of("Łukasz Đoković / Ærø", longest: 70) == "Lukasz Dokovic / AEro")
    #expect(BankText.of("//a//b/", longest: 70) == "a/b")
    #expect(BankText.of("<tag>", longest: 70) == ".tag.")
    #expect(BankText.of("Ω\u{1F600}", longest: 70).utf8.allSatisfy { $0 < 0x80 })
    #expect(BankText.of(String(repeating: "x", count: 99), longest: 70).count == 70)
  }

  @Test("are payees of a file, whose mistakes are said with their line")
  func payees() throws {
    let head = "driver,name,iban,bic\n"
    let known = try file(head + "d-1,\"Weiß, Jörg\",DE89 3704 0044 0532 0130 00,\n") { try Payees(file: $0) }
    #expect(known.payee(of: "d-1")?.name == "Weiss, Jorg" && known.payee(of: "d-1")?.bic == nil)
    for (text, expected) in [
      ("", "FILE: is empty"), ("driver,name\n", "FILE:1: has no column iban"),
      ("driver,name,iban,email\n", "FILE:1: has a column 'email'"),
      (head + "d-1,A,DE89370400440532013000,\nd-1,B,DE89370400440532013000,\n", "FILE:3: driver d-1 is there twice"),
      (head + "\nd-1,A,DE88370400440532013000,\n", "FILE:3: iban has check digits"),
      (head + "d-1,,DE89370400440532013000,\n", "FILE:2: name is missing"),
      (head + "d-1,A,DE89370400440532013000\n", "FILE:2: has 3 columns"),
      (head + "d-1,A,DE89370400440532013000,COBA\n", "FILE:2: bic is none"),
      (head + "d-1,A,,\n", "FILE:2: iban is missing"),
    ] {
      let said = try mistake(text) { try Payees(file: $0) }
      #expect(said.hasPrefix(expected), "\(said)")
      #expect(!said.contains("DE8"), "\(said)")
    }
  }

  @Test("take plans of commissions from a file: the one that says most of the ride, from its moment on")
  func plans() throws {
    let head = "plan,city,product,from,zone,basisPoints\n"
    let text =
      head
      + "all,,,2026-01-01,,2500\nparis,Paris,,2026-03-01,Europe/Paris,2000\nparis-2,Paris,,2026-04-01,Europe/Paris,1900\n"
      + "black,,black,2026-01-01,,3000\nparis-black,Paris,black,2026-03-01T00:00:00Z,,2800\n"
    let plans = CommissionPlans(try file(text) { try CommissionPlans.Plan.read($0) })
    func plan(_ city: String, _ product: String?, _ time: String) throws -> String {
      plans.rate(city: city, product: product, at: try Timestamp(iso8601: time)).plan
    }
    #expect(try plan("Paris", nil, "2025-12-31T23:59:59Z") == "standard")
    #expect(try plan("Paris", nil, "2026-02-28T22:59:59Z") == "all")
    #expect(try plan("Paris", nil, "2026-02-28T23:00:00Z") == "paris")
    #expect(try plan("Paris", nil, "2026-03-31T21:59:59Z") == "paris")
    #expect(try plan("Paris", nil, "2026-03-31T22:00:00Z") == "paris-2")
    #expect(try plan("Paris", "black", "2026-04-10T00:00:00Z") == "paris-black")
    #expect(try plan("Paris", "pool", "2026-04-10T00:00:00Z") == "paris-2")
    #expect(try plan("Lyon", "black", "2026-04-10T00:00:00Z") == "black")
    #expect(try plan("Lyon", nil, "2026-04-10T00:00:00Z") == "all")
    for (row, expected) in [
      ("a,,,2026-01-01,,10001", "FILE:2: basisPoints is '10001'"), ("a,,,2026-01-01,,x", "FILE:2: basisPoints is 'x'"),
      ("a,,,2026-13-01,,1", "FILE:2: from is '2026-13-01'"), ("a,,,2026-01-01,Nowhere,1", "FILE:2: zone is 'Nowhere'"),
      (",,,2026-01-01,,1", "FILE:2: plan is missing"),
      (
        "a,Paris,,2026-01-01,,1\nb,Paris,,2026-01-01T00:00:00Z,,2",
        "FILE:3: is for the same city, product and moment as line 2"
      ),
    ] {
      let said = try mistake(head + row + "\n") { try CommissionPlans.Plan.read($0) }
      #expect(said.hasPrefix(expected), "\(said)")
    }
    #expect(
      try mistake(head + (0...10_000).map { "p\($0),c\($0),,2026-01-01,,1" }.joined(separator: "\n")) {
        try CommissionPlans.Plan.read($0)
      }.hasPrefix("FILE:10002: is one row too many"))
  }

  @Test("are what a driver was paid by: plan and rate stand in the event, and a rebuild without the file goes by them")
  func booked() async throws {
    try await RideBench.run { bench in
      var configuration = bench.configuration
      configuration.commissionPlans = [
        CommissionPlans.Plan(CommissionRate(plan: "black", basisPoints: 3_000), product: "black")
      ]
      let planned = RideBench(
        server: bench.server, connection: bench.connection, namespace: bench.namespace, configuration: configuration,
        outbox: bench.outbox)
      var ride = completedRide()
      ride.product = "black"
      try await planned.handle([EncodedEvent(ride)])
      let paid = try await bench.events("DRIVER_PAID")
      #expect(paid.count == 1 && paid[0].contains(#""plan":"black","basisPoints":3000"#), "\(paid)")
      let report = try await Rebuild(namespace: bench.namespace, connection: bench.connection, archive: nil)
        .run("driver", applies: false)
      #expect(report.isIdentical)
      #expect(try await bench.audit().violations.isEmpty)
    }
  }
}
