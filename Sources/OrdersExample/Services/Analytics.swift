import EventStreams

extension Shop {
  /// Counts orders and revenue per day, by when they were placed, and how often each item is asked for.
  static func analytics(_ time: Duration) -> EventService {
    var service = EventService("analytics", concurrency: 16)
    service.on(OrderPlaced.self) { event in
      try await Task.sleep(for: time)
      let order = event.data
      return Effects { effects in
        effects.once("seen", order.orderID) { effects in
          effects.increment("orders", event.timestamp.date, by: 1)
          effects.increment("revenue", event.timestamp.date, by: order.amount)
          for item in order.items { effects.increment("items", item, by: 1) }
        }
      }
    }
    service.on(OrderRefunded.self) { event in
      Effects { $0.increment("refunds", event.timestamp.date, by: event.data.amount) }
    }
    return service
  }
}

extension Timestamp {
  /// `2026-04-03`, in UTC
  fileprivate var date: String { String(description.prefix { $0 != "T" }) }
}
