import ArgumentParser
import EventStreams
import EventStreamsOperations

/// Shows the stock, or has a delivery come in.
struct Stock: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show the stock; with an item and a quantity, publish STOCK_RECEIVED.",
    discussion: "  orders-example stock item_1 10\n  orders-example stock --format json")

  @Argument(help: "What has come in.")
  var item: String?

  @Argument(help: "How much of it.")
  var quantity: Int?

  @Option(help: "The delivery's id; a new one if not given. A delivery counts once.")
  var delivery: String?

  @Option(help: "table or json.")
  var format = OutputFormat.table

  @OptionGroup var shop: ShopOptions

  func validate() throws {
    guard (item == nil) == (quantity == nil) else { throw ValidationError("give an item and a quantity, or neither") }
    guard quantity ?? 1 > 0 else { throw ValidationError("the quantity must be above 0") }
  }

  func run() async throws {
    let (namespace, connection) = try await shop.open()
    if let item, let quantity {
      let delivery = delivery ?? "DEL-\(Int.random(in: 100_000...999_999))"
      _ = try await Publisher(namespace: namespace, connection: connection).publish(
        StockReceived(deliveryID: delivery, item: item, quantity: quantity))
      print("\(delivery): \(quantity) of \(item)")
      return
    }
    let stock = try await ServiceState(namespace: namespace, connection: connection).hash("inventory", "stock")
    format.write(stock.map { Fact(name: $0.value.field, value: $0.value.value) }.sorted { $0.name < $1.name })
  }
}
