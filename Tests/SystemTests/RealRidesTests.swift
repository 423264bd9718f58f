import EventStreams
import EventStreamsOperations
import Foundation
import RedisTestSupport
import RideHailing
import RideTestSupport
import Testing

@Suite("Real rides") struct RealRidesTests {
  @Test(
    "of New York's taxis are paid out to the cent",
    .enabled(if: RealTrips.folder != nil, "set RIDES_DATA to the folder of real trips"))
  func newYork() async throws {
    try await SystemBench.run { bench in
      let csv = try await RealTrips.unpack("nyc/taxis.csv.gz", into: bench.folder)
      let rejects = bench.folder.appending(path: "rejects.ndjson").path()

      let imported = try await bench.rides(
        "import", "--format", "nyc-taxis", csv, "--rejects", rejects, "--json", "--strict")
      #expect(imported.status == 1)
      #expect(imported.output.contains(#""published":12690,"duplicates":0,"different":0,"rejected":88"#))
      #expect(try String(contentsOfFile: rejects, encoding: .utf8).split(separator: "\n").count == 88)

      let payment = try bench.worker("payment")
      let driver = try bench.worker("driver")
      let waited = try await bench.rides("wait", "--service", "payment", "--service", "driver")
      #expect(waited.status == 0, "\(waited.errors)")
      #expect(payment.stop() == 0)
      #expect(driver.stop() == 0)

      // The sum of the file's totals, straight from its text.
      let fares = try String(contentsOfFile: csv, encoding: .utf8).split(separator: "\n").dropFirst().reduce(0) {
        sum, line in
        let fields = line.split(separator: ",", omittingEmptySubsequences: false)
        guard !fields[11].isEmpty, !fields[9].isEmpty, let total = Money(decimal: fields[7], .usd) else { return sum }
        return sum + total.minorUnits
      }
      let state = ServiceState(namespace: try await bench.namespace(), connection: bench.connection)
      var paidOut = 0
      for found in try await state.hash("driver", "balances") where !found.value.field.hasPrefix("clearing|") {
        paidOut += Int(found.value.value) ?? 0
      }
      #expect(paidOut == fares)
      let clearing = try await AccountStatement.read(.clearing, from: state)
      #expect(clearing.balances == [Money(0, .usd)])
      #expect(clearing.lines.count == 2 * 6345)
    }
  }
}
