import ArgumentParser
import EventStreams
import HiredisClient

/// The command `orders-example`.
@main struct OrdersExample: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "orders-example",
    abstract: "A shop of four services on EventStreams: payment, inventory, email, analytics.",
    discussion: """
      Start them with `orders-example up`, receive stock with `orders-example stock item_1 10`, order with \
      `orders-example place item_1`, look with `orders-example status`.

      Where Redis is: --redis, or the environment's REDIS_URL, or redis://127.0.0.1:6379.
      """,
    subcommands: [
      Up.self, RunWorker.self, Place.self, Publish.self, Stock.self, Status.self, RebuildCommand.self,
      Replay.self, Compare.self,
    ])

  static func main() async {
    tuneAllocator()
    ignoreBrokenPipeSignal()
    await main(nil)
  }
}
