import EventStreams
import Foundation
import RedisTestSupport
import RideHailing
import Testing

@Suite("Arrears, as users see them") struct ArrearsCommandTests {
  @Test("are listed, given up with a reason and once, and charged to another card")
  func commands() async throws {
    try await SystemBench.run { bench in
      let worker = try bench.worker("payment")
      defer { worker.crash() }
      let file = bench.folder.appending(path: "rides.ndjson")
      let lines = ["r-1", "r-2"].map {
        #"{"type":"RIDE_COMPLETED","timestamp":"\#(Timestamp.now())","data":{"rideId":"\#($0)","riderId":"u-17","driverId":"d-5","city":"Paris","fare":{"base":800,"total":800,"currency":"EUR"},"payment":{"method":"card","token":"tok_declined_lost_card"}}}"#
      }
      try lines.joined(separator: "\n").write(to: file, atomically: true, encoding: .utf8)
      #expect(try await bench.rides("publish", file.path()).status == 0)
      #expect(try await bench.rides("wait", "--timeout", "60s", "--service", "payment").status == 0)
      let listed = try await bench.rides("arrears", "--city", "Paris")
      #expect(listed.output.contains("r-1") && listed.output.contains("EUR 8.00"), "\(listed)")
      let account = try await bench.rides("account", "receivable", "u-17")
      #expect(account.output.contains("balance of receivable:u-17: EUR -16.00"), "\(account)")
      let given = try await bench.rides("arrears", "write-off", "r-1", "--reason", "too old")
      #expect(given.status == 0 && given.output.contains("EUR 8.00 of ride r-1 is not asked for"), "\(given)")
      let again = try await bench.rides("arrears", "write-off", "r-1", "--reason", "too old", "--name", "again")
      #expect(again.status == 1 && again.errors.contains("u-17 owes nothing"), "\(again)")
      let unknown = try await bench.rides("arrears", "write-off", "r-9", "--reason", "too old")
      #expect(unknown.status == 1 && unknown.errors.contains("ride 'r-9'"), "\(unknown)")
      let changed = try await bench.rides("arrears", "card", "u-17", "tok_visa", "--city", "Paris")
      #expect(changed.status == 0, "\(changed)")
      #expect(try await bench.rides("wait", "--timeout", "60s", "--service", "payment").status == 0)
      let none = try await bench.rides("arrears", "--format", "json")
      #expect(none.status == 0 && !none.output.contains("r-2"), "\(none)")
      let written = try await bench.rides("account", "written-off")
      #expect(written.output.contains("EUR -8.00"), "\(written)")
    }
  }
}
