import ArgumentParser
import EventStreams
import EventStreamsOperations
import HiredisClient

struct NodesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "nodes",
    abstract: "Show which server has which shards and how much each has to do, and what to move so that it is even.",
    discussion: """
      slots: of the 16384 of a cluster; entries: in the logs of its shards; part: of all that was ever published, what went into the \
      shards it has; memory and ops/s: of the whole server; lag and behind: as in rides status, of all services. With one server, or Sentinel, there is one row for it, and one for \
      each replica.

      --plan prints the few shards to move so that the servers' parts differ by no more than a mean shard's, as commands for a shell, and does none of it. What moves is a slot: shards of that number of \
      other namespaces go with it. Workers and producers follow by themselves. A password is taken from REDISCLI_AUTH.

        rides nodes
        rides nodes --plan | sh -e
      """)

  @Flag(help: "Print what to move, as commands.")
  var plan = false

  @OptionGroup var output: OutputOptions
  @OptionGroup var redis: NamespaceOptions

  func run() async throws {
    let (namespace, connection) = try await redis.find()
    let nodes = try await Nodes(namespace: namespace, connection: connection).list()
    if plan { try show(ShardMove.plan(nodes), of: nodes) } else { show(nodes) }
  }

  private func show(_ nodes: [NodeStatus]) {
    let added = nodes.reduce(0) { $0 + $1.added }
    var table = Table(
      "NODE", "ROLE", "SLOTS", "SHARDS", "ENTRIES", "PART", "MEMORY", "OPS/S", "LAG", "BEHIND", "WHICH")
    for status in nodes {
      let isMaster = status.node.master == nil
      table.add(
        status.node.name, status.node.master.map { "\(status.role) of \(ServerNode(address: $0).name)" } ?? status.role,
        isMaster ? "\(status.node.slotCount)" : "", isMaster ? "\(status.shards.count)" : "",
        isMaster ? "\(status.entries)" : "",
        isMaster && added > 0 ? "\((status.added * 100 + added / 2) / added) %" : "",
        status.figures.map { String(describing: ByteCount($0.memory)) } ?? "",
        status.figures.map { "\($0.operationsPerSecond)" } ?? "", isMaster ? "\(status.lag)" : "",
        status.lagTime > .zero ? status.lagTime.short : "", Self.ranges(status.shards.map(\.shard)))
    }
    output.write(nodes, table, empty: "no server is known")
    guard output.format == .table else { return }
    for status in nodes { if let problem = status.problem { Terminal.print("warning: \(problem)") } }
  }

  /// Numbers that follow each other as ranges: `0 2-5`.
  private static func ranges(_ numbers: [Int]) -> String {
    var ranges: [ClosedRange<Int>] = []
    for number in numbers.sorted() {
      if let last = ranges.last, last.upperBound + 1 == number {
        ranges[ranges.count - 1] = last.lowerBound...number
      } else {
        ranges.append(number...number)
      }
    }
    return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }.joined(
      separator: " ")
  }

  private func show(_ moves: [ShardMove], of nodes: [NodeStatus]) throws {
    if let lost = nodes.first(where: { !$0.shards.isEmpty && ($0.problem != nil || !$0.node.isHealthy) }) {
      throw Failure.refused(
        "\(lost.node.name) has shards and can't be reached: bring it back, or let a replica take over, before anything is moved"
      )
    }
    let whole = ServerFigures.moveSlotsWhole(nodes.compactMap(\.figures))
    let url = try redis.redisURL()
    if output.format == .json {
      return Terminal.print(
        json: JSONWriter.bytes(of: moves.map { PlannedMove(move: $0, commands: $0.commands(url, whole: whole)) }))
    }
    if moves.isEmpty {
      return Terminal.print(
        "# nothing to move: no move would make it more even by a shard of mean load")
    }
    for move in moves {
      Terminal.print("# shard \(move.shard): from \(move.source.name) to \(move.target.name)")
      for line in move.commands(url, whole: whole) { Terminal.print(line) }
    }
    if whole { Terminal.print("# they go on by themselves; how far they are: CLUSTER GETSLOTMIGRATIONS") }
  }
}

/// A move with what carries it out.
private struct PlannedMove: JSONWritable {
  let move: ShardMove
  let commands: [String]

  func write(to json: inout JSONWriter) {
    json.object {
      $0.field("shard", move.shard)
      $0.field("slot", move.slot)
      $0.field("from", move.source.name)
      $0.field("to", move.target.name)
      $0.field("commands", commands)
    }
  }
}
