import ArgumentParser
import EventStreams
import RideHailing

struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show how far each service is, and who runs it.",
    discussion: """
      LAG: events not delivered yet. PENDING: delivered, not acknowledged; of these, RETRYING failed and wait for another \
      attempt. DEAD: keys with an event that could not be handled; PARKED: later events of those keys. SHARDS: how many of the \
      topic's shards have an owner. A service that nobody runs says so.

        rides status
        rides status --watch
      """)

  @Flag(help: "Show it again every second, until Ctrl-C.")
  var watch = false

  @Flag(help: "Show each shard.")
  var byShard = false

  @OptionGroup var output: OutputOptions
  @OptionGroup var common: CommonOptions

  func run() async throws {
    let connection = try await common.connect("status")
    let topic = try await common.findTopic(on: connection)
    let inspector = Inspector(topic: topic, connection: connection)
    repeat {
      let status = try await inspector.status()
      if watch, Terminal.outputIsTerminal, !output.isJSON { Terminal.write("\u{1b}[H\u{1b}[2J", to: 1) }
      if byShard {
        show(shards: status)
      } else {
        let length = try await inspector.length()
        show(ServiceStatus.all(status, names: RideServices.names, shardCount: topic.shardCount, length: length))
      }
      if watch { try await Task.sleep(for: .seconds(1)) }
    } while watch
  }

  private func show(_ services: [ServiceStatus]) {
    if output.isJSON { return JSONOutput.show(services) }
    var table = Table("SERVICE", ">LAG", ">PENDING", ">RETRYING", ">DEAD", ">PARKED", ">SHARDS", "OWNERS")
    for service in services { table.add(service.cells) }
    table.show()
  }

  private func show(shards: [GroupStatus]) {
    if output.isJSON { return JSONOutput.show(shards.map(ShardRow.init)) }
    var table = Table(
      "SERVICE", ">SHARD", ">LAG", ">PENDING", ">RETRYING", ">DEAD", ">PARKED", "DELIVERED UP TO", "OWNER", ">LEASE")
    for shard in shards { table.add(ShardRow(shard: shard).cells) }
    table.show()
  }
}

private struct ShardRow: JSONWritable {
  let shard: GroupStatus

  init(shard: GroupStatus) { self.shard = shard }

  var cells: [String] {
    [
      shard.service, String(shard.shard), shard.lag.map(String.init) ?? "some", String(shard.pending),
      String(shard.retrying), String(shard.dead), String(shard.parked), shard.lastDelivered.description,
      shard.owner ?? "nobody", shard.leaseRemaining?.brief ?? "",
    ]
  }

  func write(to json: inout JSONWriter) {
    json.object {
      $0.field("service", shard.service)
      $0.field("shard", shard.shard)
      $0.field("lag", shard.lag)
      $0.field("pending", shard.pending)
      $0.field("retrying", shard.retrying)
      $0.field("dead", shard.dead)
      $0.field("parked", shard.parked)
      $0.field("redriving", shard.redriving)
      $0.field("lastDeliveredId", shard.lastDelivered.description)
      $0.field("owner", shard.owner)
      $0.field("leaseMs", shard.leaseRemaining?.milliseconds)
    }
  }
}
