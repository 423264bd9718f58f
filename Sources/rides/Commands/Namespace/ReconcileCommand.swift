import ArgumentParser
import EventArchive
import EventStreams
import EventStreamsOperations
import RideHailing

struct ReconcileCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reconcile",
    abstract:
      "Publish again what the log has lost and the archive holds, after the server went back to an earlier moment.",
    discussion: """
      For a failover to a replica that was behind, or a restart with an older file: `rides status` says that the server went \
      back, and to where. Each event comes under its own id: what its producer has published again meanwhile is there once. \
      Services, which went back as well, handle them again; none of it happens twice. \
      Workers and producers may run meanwhile. Running it again is safe. After a loss of everything use `rides restore`. \
      Events that waited for their time are left to their producers. Exit status 1 if an event that was published \
      again says something else than the archive.

        rides reconcile --archive .rides/archive.sqlite
        rides reconcile --since 2026-04-03T10:00:00Z
      """,
    subcommands: [ReconcileGatewayCommand.self])

  @Option(help: "Look only at what was recorded at this time or later.", transform: TimeArgument.read)
  var since: TimeArgument?

  @OptionGroup var options: ArchiveOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var redis: NamespaceOptions

  func run() async throws {
    let archive = try options.open()
    let (namespace, connection) = try await redis.openExisting()
    do { try await Restore.check(archive, for: namespace, ChosenServices.list) } catch let error as Restore.Mismatch {
      throw Failure.refused(error.description)
    }
    let inspector = Inspector(namespace: namespace, connection: connection)
    let shards = try await Reconciliation(
      namespace: namespace, inspector: inspector, archive: archive,
      publisher: Publisher(namespace: namespace, connection: connection), since: since?.time
    ).run { shard, places in Terminal.progress("shard \(shard): \(places) places") }
    Terminal.endProgress()
    let different = shards.flatMap(\.different)
    if different.isEmpty { try await inspector.forgetRewinds() }
    switch output.format {
    case .json: Terminal.print(json: JSONWriter.bytes(of: ReconciliationReport(shards: shards)))
    case .table: show(shards)
    }
    for id in different { Terminal.error("\(id) was published again, and says something else than the archive") }
    if !different.isEmpty { throw ExitCode(1) }
  }

  private func show(_ shards: [ReconciliationReport.Shard]) {
    var table = Table("SHARD", "PUBLISHED AGAIN", "WERE THERE ALREADY", "LEFT OUT")
    for shard in shards where shard.published + shard.present + shard.leftOut + shard.different.count > 0 {
      table.add(
        "\(shard.shard)", "\(shard.published)", "\(shard.present + shard.different.count)", "\(shard.leftOut)")
    }
    let published = shards.reduce(0) { $0 + $1.published }
    if published > 0 || shards.contains(where: { $0.present > 0 }) { Terminal.print(table) }
    Terminal.print("\(published) events that the log had lost are published again")
  }
}
