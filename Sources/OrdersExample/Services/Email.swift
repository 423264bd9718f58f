import EventStreams

extension Shop {
  /// Tells the user what becomes of an order: each thing once.
  static func email(_ time: Duration) -> EventService {
    var service = EventService("email", concurrency: 16)
    service.on(OrderPlaced.self) { event in
      try await Task.sleep(for: time)
      return mail(event.data, to: event.data.userID, "thank you for your order")
    }
    service.on(OrderRejected.self) { event in
      mail(event.data, to: event.data.userID, "we can't deliver: \(event.data.reason)")
    }
    service.on(OrderRefunded.self) { event in
      mail(event.data, to: event.data.userID, "you get \(event.data.amount) cents back")
    }
    return service
  }

  private static func mail<Data: OrderEvent>(_ event: Data, to user: String, _ text: String) -> Effects {
    Effects { effects in
      effects.once("sent", event.eventID) {
        $0.append(to: "outbox", "\(user): \(text) (\(event.orderID))")
      }
    }
  }
}
