import ArgumentParser
import EventStreams

/// Publishes one order.
struct Place: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Place an order: publish one ORDER_PLACED, and wait for nobody.",
    discussion: "  orders-example place item_1 item_2 --amount 1500 --order ORD-12345")

  @Argument(help: "What is ordered, each item as often as it is wanted.")
  var items: [String]

  @Option(help: "The order's id; a new one if not given. Placing an order again adds nothing.")
  var order: String?

  @Option(help: "Who orders.")
  var user = "USR-789"

  @Option(help: "What it costs, in cents.")
  var amount = 1500

  @OptionGroup var shop: ShopOptions

  func run() async throws {
    let (namespace, connection) = try await shop.open()
    let order = OrderPlaced(
      orderID: order ?? "ORD-\(Int.random(in: 100_000...999_999))", userID: user, amount: amount, items: items)
    let published = try await Publisher(namespace: namespace, connection: connection).publish(order)
    if let difference = published.difference {
      print("\(order.orderID) was placed already, and says something else: \(difference)")
      throw ExitCode(1)
    }
    print(published.isDuplicate ? "\(order.orderID) was placed already" : "placed \(order.orderID)")
  }
}
