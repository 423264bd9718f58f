import EventStreams
import EventStreamsTesting
import Testing

@testable import OrdersExample

/// No server: what the handlers make of events.
@Suite("The shop's handlers") struct HandlerTests {
  private func harness(_ service: String) throws -> ServiceHarness {
    ServiceHarness(try #require(Shop.service(service)))
  }

  private func order(_ id: String, _ items: String...) -> OrderPlaced {
    OrderPlaced(orderID: id, userID: "USR-789", amount: 1500, items: items)
  }

  @Test("reserve an order once, whatever dies in between, and reject what the stock is too little for")
  func inventory() async throws {
    let inventory = try harness("inventory")
    await inventory.handle(StockReceived(deliveryID: "DEL-1", item: "item_1", quantity: 2))
    #expect(await inventory.handle(order("ORD-1", "item_1"), deaths: 3).isApplied)
    await inventory.handle(order("ORD-1", "item_1"), id: "the same again")
    await inventory.handle(order("ORD-2", "item_1", "item_1"))
    #expect(try await inventory.hash("orders") == ["ORD-1": "reserved", "ORD-2": "rejected"])
    #expect(try await inventory.number("stock", "item_1") == 1)
    #expect(await inventory.published.map(\.id) == ["ORDER_REJECTED:ORD-2"])
  }

  @Test("come to the same in whatever order keys are mixed, where they don't take from one stock")
  func orders() async throws {
    var events: [any OrderEvent] = []
    for number in 1...5 {
      let order = order("ORD-\(number)", "item_1")
      events.append(order)
      if number.isMultiple(of: 2) { events.append(OrderRejected(order, reason: "the stock is too little")) }
    }
    var chance = SystemRandomNumberGenerator()
    for _ in 1...50 {
      let mixed = EventOrder.mixed(events, by: \.orderID, using: &chance)
      let payment = try harness("payment")
      for event in mixed { await payment.handle(event) }
      #expect(try await payment.hash("totals") == ["charged": "7500", "refunded": "3000"], "\(mixed.map(\.eventID))")
      #expect(await payment.published.count == 2)
    }
  }
}
