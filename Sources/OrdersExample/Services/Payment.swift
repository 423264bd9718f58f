import EventStreams

extension Shop {
  /// Charges each order once, and gives the money back if the order is rejected.
  static func payment(_ time: Duration) -> EventService {
    var service = EventService("payment", concurrency: 16)
    service.on(OrderPlaced.self) { event in
      // A real one calls its card processor here, with the event's id as the idempotency key.
      try await Task.sleep(for: time)
      let order = event.data
      return Effects { effects in
        effects.when("payments", order.orderID, .isAbsent) {
          $0.set("payments", order.orderID, to: "charged")
          $0.increment("totals", "charged", by: order.amount)
        }
      }
    }
    service.on(OrderRejected.self) { event in
      let order = event.data
      return Effects { effects in
        effects.when("payments", order.orderID, .equals("charged")) {
          $0.set("payments", order.orderID, to: "refunded")
          $0.increment("totals", "refunded", by: order.amount)
          $0.publish(OrderRefunded(order))
        }
      }
    }
    return service
  }
}
