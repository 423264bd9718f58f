import ArgumentParser
import HiredisClient

/// The Swift side of `scripts/bench`.
@main
struct BenchmarkWorker: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "benchmark-worker", abstract: "What scripts/bench measures the library with.",
    discussion: "Where Redis is: the environment's REDIS_URL.", subcommands: [Work.self, PublishMade.self],
    defaultSubcommand: Work.self)

  static func main() async {
    tuneAllocator()
    ignoreBrokenPipeSignal()
    await main(nil)
  }
}
