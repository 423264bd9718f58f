import EventStreams
import Foundation
import RedisTestSupport
import Testing

@testable import OrdersExample

@Suite("When a service of the shop dies", .serialized) struct ShopCrashTests {
  @Test("each order has each effect exactly once")
  func killEach() async throws {
    try await ShopBench.run { bench in
      let count = 1200
      var processes: [String: Process] = [:]
      for service in Shop.serviceNames { processes[service] = try bench.process(service) }
      defer { for process in processes.values { crash(process) } }
      // Enough for half of the orders.
      try await bench.receive(count / 2, of: "item_1")
      for (round, service) in Shop.serviceNames.enumerated() {
        let orders = (0..<count / 4).map { number in
          EncodedEvent(
            OrderPlaced(
              orderID: "ORD-\(round * count / 4 + number)", userID: "USR-\(number)", amount: 100, items: ["item_1"]))
        }
        _ = try await bench.publisher.publish(orders)
        try await eventually("\(service) is in the middle") {
          try await bench.state("inventory", "orders").count >= round * count / 4 + 10
        }
        if let process = processes[service] { crash(process) }
        processes[service] = try bench.process(service)
      }
      try await bench.settled()

      #expect(try await bench.state("inventory", "stock") == ["item_1": "0"])
      let orders = try await bench.state("inventory", "orders").values
      #expect(orders.count { $0 == "reserved" } == count / 2)
      #expect(orders.count { $0 == "rejected" } == count / 2)
      let totals = try await bench.state("payment", "totals")
      #expect(totals == ["charged": "\(count * 100)", "refunded": "\(count * 50)"])
      // One thank-you each, and for half of them the bad news and the refund.
      let mails = try await bench.mails()
      #expect(mails.count == 2 * count)
      #expect(Set(mails).count == 2 * count)
      #expect(try await bench.state("analytics", "items") == ["item_1": "\(count)"])
    }
  }

  private func crash(_ process: Process) {
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }
}
