import EventStreams
import HiredisClient
import Logging

@testable import OrdersExample

func publishing(_ namespace: Namespace, _ redis: RedisURL, _ log: Logger) async throws {
  let publisher = Publisher(namespace: namespace, connection: Connection(redis))
  let published = try await publisher.publish(StockReceived(deliveryID: "DEL-7", item: "item_1", quantity: 3))
  if published.isDuplicate { log.info("it was there already") }
}

func publishingLater(_ publisher: Publisher, _ reminder: PaymentReminded, _ tomorrow: Timestamp) async throws {
  _ = try await publisher.publish(reminder, due: tomorrow)  // anywhere
}

func beginning(
  _ bonus: EventService, _ history: any EventHistory, _ namespace: Namespace, _ redis: RedisURL, _ log: Logger
) -> Worker {
  var settings = WorkerSettings()
  settings.history = history
  let worker = Worker(bonus, namespace: namespace, redis: redis, settings: settings, log: log)
  return worker
}

struct PaymentReminded: EventData, JSONRecord {
  static let eventType: EventType = "PAYMENT_REMINDED"
  let orderID: String
  var orderingKey: String { orderID }

  init(_ order: OrderPlaced) { orderID = order.orderID }

  init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    orderID = try fields("orderId", \.orderID, .identifier)
  }
}

func reminding(_ event: Event<OrderPlaced>) -> Effects {
  let order = event.data
  return Effects { effects in
    effects.publish(PaymentReminded(order), due: event.timestamp + .seconds(14 * 86_400))  // in a handler
    effects.cancel("PAYMENT_REMINDED:\(order.orderID)")  // before it is due
  }
}
