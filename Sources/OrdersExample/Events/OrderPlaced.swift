import EventStreams

/// A user has ordered something.
struct OrderPlaced: OrderEvent, JSONRecord {
  static let eventType: EventType = "ORDER_PLACED"
  let orderID: String
  let userID: String
  /// In cents.
  let amount: Int
  /// Each as often as it is wanted.
  let items: [String]

  init(orderID: String, userID: String, amount: Int, items: [String]) {
    (self.orderID, self.userID, self.amount, self.items) = (orderID, userID, amount, items)
  }

  init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    orderID = try fields("orderId", \.orderID)
    userID = try fields("userId", \.userID)
    amount = try fields("amount", \.amount, .within(0...1_000_000_000))
    items = try fields("items", \.items, .notEmpty)
  }
}
