import EventStreams

/// A user has ordered something.
struct OrderPlaced: OrderEvent {
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

  init(from json: borrowing JSONValue) throws(JSONError) {
    var object = try json.object()
    orderID = try object["orderId"]
    userID = try object["userId"]
    amount = try object["amount"]
    items = try object["items"]
    guard amount >= 0 else { throw JSONError(path: "amount", problem: "\(amount) is below 0") }
    guard !items.isEmpty else { throw JSONError(path: "items", problem: "is empty") }
  }

  func write(to json: inout JSONWriter) {
    json.object {
      $0.field("orderId", orderID)
      $0.field("userId", userID)
      $0.field("amount", amount)
      $0.field("items", items)
    }
  }
}
