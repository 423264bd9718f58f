import ArgumentParser
import EventStreams
import EventStreamsOperations

/// Runs the same order through four calls and through one event.
struct Compare: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compare four calls with one event: what the user waits for, and what happens when a service is down.",
    discussion: """
      The services take the same time in both cases. Calls cost nothing but that here: they have no network and no queue. Then \
      email is down: the calls fail halfway, the event is published as always, and email catches up when it is back. Uses a namespace \
      of its own, and removes it.
      """)

  @Option(help: "How long payment takes for an order, in milliseconds.")
  var payment = 120

  @Option(help: "How long inventory takes.")
  var inventory = 40

  @Option(help: "How long email takes.")
  var email = 200

  @Option(help: "How long analytics takes.")
  var analytics = 60

  @Option(help: "table or json.")
  var format = OutputFormat.table

  @OptionGroup var shop: ShopOptions

  func validate() throws {
    guard min(payment, inventory, email, analytics) >= 0 else { throw ValidationError("times must not be negative") }
  }

  func run() async throws {
    let times = ["payment": payment, "inventory": inventory, "email": email, "analytics": analytics]
    var shop = shop
    shop.namespace += "-compare-\(UInt32.random(in: 0...(.max)))"
    let (namespace, connection) = try await shop.open()
    let rehearsal = Rehearsal(
      times: times.mapValues { .milliseconds($0) }, namespace: namespace, connection: connection,
      redis: try shop.redisURL())
    let result: Comparison
    do { result = try await rehearsal.run() } catch {
      try await Namespace.remove(namespace.name, from: connection)
      throw error
    }
    try await Namespace.remove(namespace.name, from: connection)
    switch format {
    case .json: print(String(decoding: JSONWriter.bytes(of: result), as: UTF8.self))
    case .table: print(result.text)
    }
  }
}
