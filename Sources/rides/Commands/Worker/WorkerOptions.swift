import ArgumentParser
import EventArchive
import EventStreams
import Foundation
import RideHailing

/// How workers run: the options of `up` and `worker`.
struct WorkerOptions: ParsableArguments {
  @Option(
    help: """
      Where a service that never ran begins: start, which is the archive's first event if there is an archive, then the log; now; \
      a entry id; or a time like 2026-04-03T10:30:00Z. (default: the log's first event)
      """)
  var from: StartArgument?

  @Option(help: "How long a worker that stopped answering keeps its shards.")
  var leaseTime = DurationArgument(.seconds(10))

  @Option(help: "How long a worker that is to stop may go on with what it has begun.")
  var drainTimeout = DurationArgument(.seconds(10))

  @Option(help: "Entries read of one shard at a time.")
  var batch = 500

  @Option(help: "Events in flight at the most: read and not committed.")
  var window = 4000

  @OptionGroup var new: NewNamespaceOptions

  @Option(help: "Remove events from the log this long after, once every service has handled them: 12h, 7d.")
  var retainFor: DurationArgument?

  @Option(help: "Remove the oldest events beyond so many in a shard, once every service has handled them.")
  var retainEntries: Int?

  @Option(
    help:
      "Keep an account's entries in Redis so long after they were recorded; then the archive alone has them, once it does. In whole days: 35d."
  )
  var keepAccounts = DurationArgument(Keeping.standardAccounts)

  @Option(
    help:
      "Keep in Redis what is known of a ride so long after it ended; then it is closed: it can't be corrected any more, and a completion of it is refused unless it is imported. In whole days: 90d."
  )
  var keepRides = DurationArgument(Keeping.standardRides)

  @Option(help: "The archive of analytics: an SQLite file, or postgres://user@host/database.")
  var archive = ArchiveOptions.usualPath

  @OptionGroup var mail: MailOptions

  @Option(
    help: "A file of cities, by whose clocks and measures receipts are written: city,zone,unit (km or mi).",
    completion: .file(extensions: ["csv"]))
  var cities: String?

  @OptionGroup var gateway: GatewayOptions

  @Option(
    help:
      "A file of what the platform keeps of rides, by city, product and day: plan,city,product,from,zone,basisPoints.",
    completion: .file(extensions: ["csv"]))
  var commissionPlans: String?

  @Option(help: "trace, debug, info, notice, warning, error or critical.")
  var logLevel = LogLevelArgument.info

  func validate() throws {
    try Limit.check(batch, "--batch", WorkerSettings.Bounds.batchSize)
    try Limit.check(window, "--window", WorkerSettings.Bounds.window)
    try Limit.check(retainEntries, "--retain-entries", WorkerSettings.Bounds.maxEntries)
    try Limit.check(leaseTime, "--lease-time", WorkerSettings.Bounds.leaseTime)
    try Limit.check(drainTimeout, "--drain-timeout", WorkerSettings.Bounds.drainTime)
    try Limit.check(keepAccounts, "--keep-accounts", Keeping.accountsBounds)
    try Limit.check(keepRides, "--keep-rides", Keeping.ridesBounds)
  }

  func settings(name: String? = nil) -> WorkerSettings {
    var settings = WorkerSettings(name: name ?? WorkerSettings.uniqueName())
    settings.start = from?.position ?? .beginning
    settings.leaseTime = leaseTime.duration
    settings.drainTime = drainTimeout.duration
    settings.batchSize = batch
    settings.window = window
    if retainFor != nil || retainEntries != nil {
      settings.retention = Retention(maxAge: retainFor?.duration, maxEntries: retainEntries)
    }
    return settings
  }

  /// What a service that begins at the start handles before the log; analytics has it already.
  func history(for service: String) throws -> ArchiveReader? {
    guard from?.position == .beginning, service != ChosenServices.list.archive.service,
      try ArchivePlace(archive).isThere
    else {
      return nil
    }
    return try ArchiveOptions.open(archive)
  }

  var keeping: Keeping { Keeping(accounts: keepAccounts.duration, rides: keepRides.duration) }

  func services() throws -> ServiceConfiguration {
    ServiceConfiguration(
      archivePath: archive, mail: try mail.delivery(),
      cities: try cities.map { path in try InputCheck.reading { () throws(FileMistake) in try Cities.read(path) } }
        ?? Cities(),
      gateway: try gateway.paymentGateway(),
      commissionPlans: try commissionPlans.map { path in
        try InputCheck.reading { () throws(FileMistake) in try CommissionPlans.Plan.read(path) }
      } ?? [])
  }
}

/// Where a new service begins, as an argument.
struct StartArgument: ExpressibleByArgument, Sendable {
  let position: StartPosition

  init(position: StartPosition) { self.position = position }

  init?(argument: String) {
    switch argument {
    case "start": position = .beginning
    case "now": position = .now
    default:
      if let id = EntryID(argument) {
        position = .after(id)
      } else if let time = try? Timestamp(iso8601: argument) {
        position = .time(time)
      } else {
        return nil
      }
    }
  }
}
