import ArgumentParser
import EventStreams
import EventStreamsOperations

/// Shows how far the services are, and what they have made of the orders.
struct Status: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show how far each service is, and what became of the orders.",
    discussion: "  orders-example status --format json")

  @Option(help: "table or json.")
  var format = OutputFormat.table

  @OptionGroup var shop: ShopOptions

  func run() async throws {
    let (namespace, connection) = try await shop.open()
    let groups = try await Inspector(namespace: namespace, connection: connection).status()
    let state = ServiceState(namespace: namespace, connection: connection)
    var facts = Shop.serviceNames.map { name in
      guard let group = groups.first(where: { $0.service == name }), group.hasRun else {
        return Fact(name: name, value: "never started")
      }
      return Fact(
        name: name,
        value: "\(group.lag) waiting, \(group.pending) pending, \(group.dead) dead, \(group.owner ?? "nobody works")")
    }
    let orders = try await state.hash("inventory", "orders").map(\.value.value)
    let totals = Dictionary(
      uniqueKeysWithValues: try await state.hash("payment", "totals").map { ($0.value.field, $0.value.value) })
    facts += [
      Fact(name: "orders reserved", value: "\(orders.count { $0 == "reserved" })"),
      Fact(name: "orders rejected", value: "\(orders.count { $0 == "rejected" })"),
      Fact(name: "charged", value: "\(totals["charged"] ?? "0") cents"),
      Fact(name: "refunded", value: "\(totals["refunded"] ?? "0") cents"),
      Fact(name: "mails", value: "\(try await state.records("email", "outbox", as: String.self).count)"),
    ]
    format.write(facts)
  }
}
