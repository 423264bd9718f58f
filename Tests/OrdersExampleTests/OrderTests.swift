import EventStreams
import Testing

@testable import OrdersExample

@Suite("An order") struct OrderTests {
  private func order(_ id: String, _ items: String...) -> OrderPlaced {
    OrderPlaced(orderID: id, userID: "USR-789", amount: 1500, items: items)
  }

  private static let json =
    #"{"type":"ORDER_PLACED","timestamp":"2026-04-03T10:30:00Z","data":{"orderId":"ORD-12345","userId":"USR-789","amount":1500,"items":["item_1","item_2"]}}"#

  @Test("is read exactly as users write it, and logged with id and key")
  func exactEvent() throws {
    let event = try Shop.catalog.read(Array(Self.json.utf8).span)
    #expect(event.id == "ORDER_PLACED:ORD-12345")
    #expect(event.shardKey == "warehouse")
    let head =
      #"{"id":"ORDER_PLACED:ORD-12345","type":"ORDER_PLACED","timestamp":"2026-04-03T10:30:00Z","key":"ORD-12345","#
    let data = try #require(Self.json.firstRange(of: #""data""#))
    #expect(String(decoding: event.json, as: UTF8.self) == head + Self.json[data.lowerBound...])
  }

  @Test(
    "that can't be one is refused with the field's name",
    arguments: [
      (#"["item_1","item_2"]"#, "[]", "data.items: is empty"),
      ("1500", "-1", "data.amount: -1 is not between 0 and 1000000000"),
      (#""userId":"USR-789","#, "", "data.userId: is missing"),
    ])
  func refused(part: String, replacement: String, error: String) {
    let json = Self.json.replacing(part, with: replacement)
    #expect { try Shop.catalog.read(Array(json.utf8).span) } throws: { "\($0)" == error }
  }

  @Test("takes what it wants out of the stock, is charged, mailed and counted")
  func fulfilled() async throws {
    try await ShopBench.run { bench in
      try await bench.running {
        try await bench.receive(3, of: "item_1")
        try await bench.receive(1, of: "item_2")
        _ = try await bench.publisher.publish([Shop.catalog.read(Array(Self.json.utf8).span)])
        try await bench.settled()
      }
      #expect(try await bench.state("inventory", "stock") == ["item_1": "2", "item_2": "0"])
      #expect(try await bench.state("payment", "totals") == ["charged": "1500"])
      #expect(try await bench.mails() == ["USR-789: thank you for your order (ORD-12345)"])
      #expect(try await bench.state("analytics", "revenue") == ["2026-04-03": "1500"])
      #expect(try await bench.state("analytics", "items") == ["item_1": "1", "item_2": "1"])
    }
  }

  @Test("that comes again, under its own id or another, reserves and charges nothing more")
  func duplicates() async throws {
    try await ShopBench.run { bench in
      try await bench.running {
        try await bench.receive(10, of: "item_1")
        try await bench.receive(10, of: "item_1")
        let order = order("ORD-1", "item_1", "item_1")
        for id in [nil, nil, "another", "a third"] { _ = try await bench.publisher.publish(order, id: id) }
        try await bench.settled()
      }
      #expect(try await bench.state("inventory", "stock") == ["item_1": "8"])
      #expect(try await bench.state("payment", "totals") == ["charged": "1500"])
      #expect(try await bench.mails().count == 1)
      #expect(try await bench.state("analytics", "items") == ["item_1": "2"])
    }
  }

  @Test("that the stock is too little for takes nothing at all, and is refunded")
  func rejected() async throws {
    try await ShopBench.run { bench in
      try await bench.running {
        try await bench.receive(5, of: "item_1")
        try await bench.receive(1, of: "item_2")
        _ = try await bench.publisher.publish(order("ORD-1", "item_1", "item_2", "item_2"))
        _ = try await bench.publisher.publish(order("ORD-1", "item_1", "item_2", "item_2"), id: "again")
        try await bench.settled()
      }
      #expect(try await bench.state("inventory", "stock") == ["item_1": "5", "item_2": "1"])
      #expect(try await bench.state("inventory", "orders") == ["ORD-1": "rejected"])
      #expect(try await bench.state("payment", "payments") == ["ORD-1": "refunded"])
      #expect(try await bench.state("payment", "totals") == ["charged": "1500", "refunded": "1500"])
      #expect(
        try await bench.mails() == [
          "USR-789: thank you for your order (ORD-1)",
          "USR-789: we can't deliver: the stock is too little (ORD-1)",
          "USR-789: you get 1500 cents back (ORD-1)",
        ])
    }
  }

  @Test("of many for the last items is served as long as there are some, and never too many")
  func lastItems() async throws {
    try await ShopBench.run { bench in
      try await bench.running {
        try await bench.receive(100, of: "item_1")
        _ = try await bench.publisher.publish((0..<300).map { EncodedEvent(order("ORD-\($0)", "item_1", "item_1")) })
        try await bench.settled()
      }
      #expect(try await bench.state("inventory", "stock") == ["item_1": "0"])
      // Orders have keys of their own: which of them come first is nobody's promise.
      let orders = try await bench.state("inventory", "orders").values
      #expect(orders.count { $0 == "reserved" } == 50)
      #expect(orders.count { $0 == "rejected" } == 250)
      #expect(try await bench.state("payment", "totals") == ["charged": "450000", "refunded": "375000"])
    }
  }
}
