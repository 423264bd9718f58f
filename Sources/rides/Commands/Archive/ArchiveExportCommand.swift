import ArgumentParser
import EventArchive
import EventStreams
import RideHailing

struct ArchiveExportCommand: AsyncParsableCommand {
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case ndjson, csv
  }

  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write the archive's events as NDJSON or CSV.",
    discussion: """
      Shard by shard, each in the order of its log, with a row per event:
        shard, stream_id    its place in the log
        recorded_at         when it was recorded, by the server's clock
        id, type, key       of the event
        happened_at         the event's timestamp, by the producer's clock
        link, hash          its place in the chain of its shard, and what it hashes to (see: rides archive --help)
        event               the event as it was logged
      NDJSON has the same fields in camel case, and `event` is the object itself; what was recorded and is no event has `text` \
      instead. CSV is RFC 4180 with a heading, line feeds and UTF-8. There is no Parquet: no library for it is at hand; DuckDB and \
      others read either format. --without-personal writes *** in place of what the events' lists of fields mark as personal \
      (see: rides events describe); hashes are those of the events as they are. For events that can be published again: rides replay.

        rides archive export --format csv --type RIDE_COMPLETED --from 2026-04-01 --to 2026-05-01 --output april.csv
        rides archive export | gzip > archive.ndjson.gz
      """)

  @Option(help: "ndjson or csv.")
  var format = Format.ndjson

  @Option(help: "Write to this file, which appears when it is complete; to standard output if not given.")
  var output: String?

  @Flag(help: "Leave out what says something about a person: addresses, tokens.")
  var withoutPersonal = false

  @OptionGroup var history: HistoryOptions
  @OptionGroup var options: ArchiveOptions

  func run() async throws {
    let archive = try options.open()
    var lines = try LineOutput(path: output)
    let mask = JSONMask(withoutPersonal ? ChosenServices.list.personalFields : [])
    var count = 0
    if format == .csv { try lines.write(CSV.row(ExportedEvent.columns)) }
    for shard in try await archive.shards() {
      var page = ShardHistory(
        of: ChosenServices.list.archive, shard: shard, inspector: nil, archive: archive, filter: history.filter,
        scope: .everything)
      while let item = try await page.next() {
        guard let row = item.archived else { continue }
        let event = ExportedEvent(row: row, header: item.header, json: mask.hiding(in: row.json))
        switch format {
        case .ndjson: try lines.write(json: JSONWriter.bytes(of: event))
        case .csv: try lines.write(CSV.row(event.fields))
        }
        count += 1
        if count % 5000 == 0 { Terminal.progress("shard \(shard): \(count) events exported") }
      }
    }
    try lines.finish()
    Terminal.endProgress()
    if let output { Terminal.line("\(count) events written to \(output)") }
  }
}
