import ArgumentParser
import EventArchive
import EventStreams
import EventStreamsOperations
import HiredisClient
import RideHailing

struct ArchiveStatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Show what the archive holds of each shard, and how far behind the log it is.",
    discussion: """
      Keep what it prints as JSON somewhere else: a chain that was made anew from a changed row on has another hash at the \
      link that is noted there.

        rides archive status
        rides archive status --offline --archive /var/lib/rides/archive.sqlite --format json
      """)

  @Flag(help: "Don't look at the log.")
  var offline = false

  @OptionGroup var options: ArchiveOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var redis: NamespaceOptions

  func run() async throws {
    let archive = try options.open()
    var summaries = try await archive.summaries()
    if !offline { summaries = await compared(summaries) }
    let size = try await archive.size()
    let report = Report(path: archive.path, size: size, isChained: archive.isChained, shards: summaries)
    if output.format == .json { return Terminal.print(json: JSONWriter.bytes(of: report)) }
    var table = Table(
      "SHARD", "ROWS", "BEHIND", "FIRST ID", "FIRST RECORDED", "LAST ID", "LAST RECORDED", "LINK", "HASH")
    for shard in summaries {
      table.add(
        "\(shard.shard)", "\(shard.rows)", shard.behind.map { "\($0)" } ?? "-", shard.first?.description ?? "-",
        shard.first?.recordedAt.description ?? "-", shard.last?.description ?? "-",
        shard.last?.recordedAt.description ?? "-", shard.head.map { "\($0.number)" } ?? "-",
        shard.head?.hash.short ?? "-")
    }
    if summaries.isEmpty { Terminal.print("the archive is empty") } else { Terminal.print(table) }
    let rows = summaries.reduce(0) { $0 + $1.rows }
    Terminal.print("\(archive.path): \(rows) events, \(ByteCount(size))")
    if !archive.isChained {
      Terminal.print("the rows have no chains yet: analytics makes them when it next opens the file")
    }
  }

  /// With how far behind the log they are, if it can be reached; says so if it can't.
  private func compared(_ summaries: [ArchiveSummary]) async -> [ArchiveSummary] {
    do {
      let (namespace, connection) = try await redis.find()
      let inspector = Inspector(namespace: namespace, connection: connection)
      let groups = try await inspector.status().filter { $0.service == ChosenServices.list.archive.service }
      var all: [ArchiveSummary] = []
      for shard in Set(namespace.shards).union(summaries.map(\.shard)).sorted() {
        var summary = summaries.first { $0.shard == shard } ?? ArchiveSummary(shard: shard)
        if let group = groups.first(where: { $0.shard == shard }) {
          summary.behind = group.lag + group.pending
        } else {
          summary.behind = try await inspector.extent(shard: shard)?.length ?? 0
        }
        all.append(summary)
      }
      return all
    } catch {
      let reason = (error as? Failure)?.message ?? "\(error)"
      Terminal.error("not compared with the log (\(reason)); --offline leaves it out")
      return summaries
    }
  }

  private struct Report: JSONWritable {
    let path: String
    let size: Int
    let isChained: Bool
    let shards: [ArchiveSummary]

    func write(to json: inout JSONWriter) {
      json.object {
        $0.field("file", path)
        $0.field("bytes", size)
        $0.field("rows", shards.reduce(0) { $0 + $1.rows })
        $0.field("chained", isChained)
        $0.field("shards", shards)
      }
    }
  }
}
