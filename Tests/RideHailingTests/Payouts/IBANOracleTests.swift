import Foundation
import RideHailing
import Testing

/// In `scripts/conformance`, which has schwifty installed: IBANS says how many.
@Suite("Account numbers, and schwifty", .enabled(if: ProcessInfo.processInfo.environment["IBANS"] != nil))
struct IBANOracleTests {
  @Test("are taken, and refused, as that says, of all countries and broken in all ways")
  func same() async throws {
    let count = try #require(ProcessInfo.processInfo.environment["IBANS"])
    let lines = try await PythonModel.lines("ibans.py", [count, "11"])
    #expect(lines.count == Int(count))
    let differences = lines.filter { line in
      let isTaken = (try? IBAN(String(line.dropFirst(2)))) != nil
      return isTaken != line.hasPrefix("1")
    }
    #expect(differences.isEmpty, "\(differences.count): \(differences.prefix(5))")
    #expect(lines.contains { $0.hasPrefix("1") } && lines.contains { $0.hasPrefix("0") })
  }
}
