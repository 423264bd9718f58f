import EventStreams

extension Shop {
  /// Reserves what is ordered: all of it or, where the stock is too little, nothing.
  static func inventory(_ time: Duration) -> EventService {
    var service = EventService("inventory", concurrency: 16)
    service.on(StockReceived.self) { event in
      Effects { effects in
        effects.once("deliveries", event.data.deliveryID) {
          $0.increment("stock", event.data.item, by: event.data.quantity)
        }
      }
    }
    service.on(OrderPlaced.self) { event in
      try await Task.sleep(for: time)
      let order = event.data
      let wanted = Dictionary(order.items.map { (Identifier($0), 1) }, uniquingKeysWith: +)
      return Effects { effects in
        effects.when("orders", order.orderID, .isAbsent) { effects in
          effects.when("stock", allOf: wanted.mapValues { .isAtLeast($0) }) { effects in
            for (item, quantity) in wanted { effects.increment("stock", item.text, by: -quantity) }
            effects.set("orders", order.orderID, to: "reserved")
          }
        }
        // Still not there: the stock was too little.
        effects.when("orders", order.orderID, .isAbsent) {
          $0.set("orders", order.orderID, to: "rejected")
          $0.publish(OrderRejected(order, reason: "the stock is too little"))
        }
      }
    }
    return service
  }
}
