import EventArchive
import EventStreamsOperations
import Foundation
import RedisTestSupport
import RideHailing
import Testing

@Suite("An archive for a fleet") struct FleetArchiveTests {
  @Test("is named by a URL wherever a file is; and one that can't be had is a line and an exit status")
  func commands() async throws {
    let postgres = try await PostgresServer.shared
    let archive = postgres.url(try postgres.makeDatabase())
    try await SystemBench.run { bench in
      let published = try await bench.simulate(200, seed: 7)
      #expect(published.status == 0, "\(published.errors)")
      let worker = try RidesProcess(["worker", "analytics", "--archive", archive], redis: bench.url, isQuiet: true)
      try await eventually("analytics has stored them") {
        let groups = try await bench.status("analytics")
        return !groups.isEmpty && groups.allSatisfy(\.isQuiet)
      }
      #expect(worker.stop() == 0)
      for arguments in [
        ["archive", "status"], ["archive", "verify"], ["archive", "export"], ["analytics"], ["analytics", "rates"],
        ["replay", "--offline"], ["audit"], ["rebuild", "analytics"], ["reconcile"],
        ["analytics", "sql", "SELECT count(*) FROM rides"],
      ] {
        let result = try await RidesProcess.run(all: arguments + ["--archive", archive], redis: bench.url)
        // The other services have not run: the audit finds that.
        #expect(result.status == 0 || arguments == ["audit"], "\(arguments): \(result.output) \(result.errors)")
      }
      for (path, reason) in [
        (postgres.url("gone"), "is not there"),
        ("postgres://rides:secret@no-such-host.invalid/rides", "can't be reached"),
        (postgres.url("postgres", user: "nobody:secret"), "refuses this user"),
      ] {
        for arguments in [["archive", "status"], ["analytics"], ["worker", "analytics"]] {
          let result = try await RidesProcess.run(all: arguments + ["--archive", path], redis: bench.url)
          #expect(
            result.status == 69 && result.errors.contains(reason), "\(arguments): \(result.status) \(result.errors)")
          #expect(!result.errors.contains("secret"))
          #expect(result.errors.split(separator: "\n").count == 1, "\(arguments): \(result.errors)")
        }
      }
      let bad = try await bench.rides("archive", "status", "--archive", "postgres://h:p:1/d")
      #expect(bad.status == 64 && bad.errors.contains("can't be read"))
    }
  }
}
