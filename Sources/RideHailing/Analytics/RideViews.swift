import EventArchive

/// The views of rides in a dialect of SQL.
struct RideViews {
  typealias Column = ArchiveView.Column

  let sql: SQLDialect

  var all: [ArchiveView] {
    [
      rides, requests, cancellations, fees, tips, payments, refunds, disputes, writeOffs, ratings, receipts,
      totals("days", "a day (UTC)", Column("day", "substr(at, 1, 10)", "the day in UTC, 2026-04-03")),
      totals(
        "hours", "an hour of the day (UTC)",
        Column("hour", "cast(substr(at, 12, 2) AS INTEGER)", "the hour in UTC, 0 … 23")),
      totals("cities", "a city", Column("city", "city", "the city")),
      totals("drivers", "a driver", Column("driver", "driver", "the driver"), hasLosses: false),
    ]
  }

  private var rides: ArchiveView {
    ArchiveView(
      "rides", "a completed ride",
      from: completions,
      [
        Column("ride", data("rideId"), "the ride's id"),
        Column("rider", data("riderId"), "who rode"),
        Column("driver", data("driverId"), "who drove"),
        Column("city", data("city"), "where"),
        Column("requested_at", time("requestedAt"), "when it was asked for; null if nobody said"),
        Column("started_at", time("startedAt"), "when it began; null if nobody said"),
        Column("completed_at", "coalesce(\(time("completedAt")), \(sql.happenedAt))", "when it ended"),
        Column("base", base, "the flag fall, in minor units; the fare is as corrected"),
        Column("distance", item("distance"), "for the way, in minor units"),
        Column("time", item("time"), "for the time, in minor units"),
        Column("surge", item("surge"), "on top for high demand, in minor units"),
        Column("tolls", item("tolls"), "in minor units"),
        Column("tip", item("tip"), "in minor units"),
        Column("taxes", item("taxes"), "in minor units"),
        Column("total", fare("total"), "the fare as corrected, in minor units"),
        Column("refunded", "coalesce(refunded_amount, 0)", "what the rider got back of it, in minor units"),
        Column("commission", commission, "the platform's part, as it was booked, in minor units"),
        Column("currency", data("fare.currency"), "of all amounts, ISO 4217"),
        Column("method", data("payment.method"), "card, wallet or cash"),
        Column("meters", number("distanceMeters"), "the way, in metres; null if nobody said"),
        Column("seconds", number("durationSeconds"), "the time, in seconds; null if nobody said"),
        Column("pickup_lat", sql.real("data.pickup.lat"), "where it began, in degrees"),
        Column("pickup_lon", sql.real("data.pickup.lon"), "where it began, in degrees"),
        Column("dropoff_lat", sql.real("data.dropoff.lat"), "where it ended, in degrees"),
        Column("dropoff_lon", sql.real("data.dropoff.lon"), "where it ended, in degrees"),
      ] + place)
  }

  /// Fees of rides that did not take place, which are charged and corrected as fares are.
  private var fees: ArchiveView {
    ArchiveView(
      "cancellation_fees", "a fee that was charged for a ride that did not take place",
      from: "\(corrected) WHERE type = 'CANCELLATION_CHARGED' AND NOT \(ArchiveTable.isRepetition)",
      [
        Column("ride", data("rideId"), "the ride's id"),
        Column("rider", data("riderId"), "who pays"),
        Column("driver", data("driverId"), "who was stood up"),
        Column("city", data("city"), "where"),
        Column("cancelled_at", time("at"), "when it was called off"),
        Column("total", fare("total"), "the fee as corrected, in minor units"),
        Column("taxes", item("taxes"), "in minor units"),
        Column("refunded", "coalesce(refunded_amount, 0)", "what the rider got back of it, in minor units"),
        Column("commission", commission, "the platform's part, as it was booked, in minor units"),
        Column("currency", data("fare.currency"), "of all amounts, ISO 4217"),
      ] + place)
  }

  /// Completed rides, each where it stands first, with their corrections beside them.
  private var completions: String {
    // What is no ride stands in the dead letters of the services; a fare without a total is none.
    "\(corrected) WHERE type = 'RIDE_COMPLETED' AND \(sql.isWhole("data.fare.total"))"
      + " AND NOT \(ArchiveTable.isRepetition) AND NOT \(isCompletedBefore)"
  }

  /// Events with the corrections of their rides beside them, of which there are few.
  private var corrected: String {
    "events LEFT JOIN (\(adjustments)) AS adjusted ON adjusted_shard = shard AND adjusted_ride = \(data("rideId"))"
      + " LEFT JOIN (\(refundSums)) AS refunded ON refunded_shard = shard AND refunded_ride = \(data("rideId"))"
  }

  /// The last fare of each ride whose fare was put right.
  private var adjustments: String {
    """
    SELECT adjusted_shard, adjusted_ride, adjusted_fare FROM (
      SELECT shard AS adjusted_shard, \(data("rideId")) AS adjusted_ride, \(sql.part("data.newFare")) AS adjusted_fare,
        row_number() OVER (PARTITION BY shard, \(data("rideId")) ORDER BY stream_ms DESC, stream_seq DESC) AS adjustment
      FROM events WHERE type = 'FARE_ADJUSTED' AND \(sql.part("data.newFare")) IS NOT NULL
    ) AS adjustments WHERE adjustment = 1
    """
  }

  private var refundSums: String {
    """
    SELECT shard AS refunded_shard, \(data("rideId")) AS refunded_ride, cast(sum(\(number("amount"))) AS \(sql.integer)) AS refunded_amount
    FROM events WHERE type = 'RIDE_REFUNDED' AND NOT \(ArchiveTable.isRepetition) GROUP BY 1, 2
    """
  }

  /// The same ride under another id. Services book it once.
  private var isCompletedBefore: String {
    """
    EXISTS (SELECT 1 FROM events AS earlier WHERE earlier.key = \(data("rideId", of: "events")) AND earlier.shard = events.shard
      AND (earlier.stream_ms, earlier.stream_seq) < (events.stream_ms, events.stream_seq)
      AND earlier.type = 'RIDE_COMPLETED' AND \(data("rideId", of: "earlier")) = \(data("rideId", of: "events")))
    """
  }

  /// As the last DRIVER_PAID of the ride says; without one, the usual share, half away from zero like `Money.share`: no item of a
  /// fare is negative.
  private var commission: String {
    """
    coalesce((SELECT coalesce(\(sql.whole("data.commission", of: "paid")), 0) FROM events AS paid
        WHERE paid.key = \(data("rideId", of: "events")) AND paid.id >= 'DRIVER_PAID' AND paid.id < 'DRIVER_PAIE'
          AND paid.shard = events.shard AND paid.type = 'DRIVER_PAID'
        ORDER BY paid.stream_ms DESC, paid.stream_seq DESC LIMIT 1),
      ((\(base) + \(item("distance")) + \(item("time")) + \(item("surge"))) * \(ArchiveView.commissionBasisPoints) + 5000) / 10000)
    """
  }

  private var requests: ArchiveView {
    ArchiveView(
      "requests", "somebody asked for a ride", from: first("type = 'RIDE_REQUESTED'"),
      [
        Column("ride", data("rideId"), "the ride's id"),
        Column("rider", data("riderId"), "who asked"),
        Column("city", data("city"), "where"),
        Column("requested_at", sql.happenedAt, "when"),
        Column("pickup_lat", sql.real("data.pickup.lat"), "where it shall begin, in degrees"),
        Column("pickup_lon", sql.real("data.pickup.lon"), "where it shall begin, in degrees"),
        Column("dropoff_lat", sql.real("data.dropoff.lat"), "where it shall end, in degrees"),
        Column("dropoff_lon", sql.real("data.dropoff.lon"), "where it shall end, in degrees"),
      ] + place)
  }

  private var cancellations: ArchiveView {
    ArchiveView(
      "cancellations", "a ride that was asked for and did not take place", from: first("type = 'RIDE_CANCELLED'"),
      [
        Column("ride", data("rideId"), "the ride's id"),
        Column("rider", data("riderId"), "who had asked; null if nobody said"),
        Column("driver", data("driverId"), "who had taken it; null if nobody had"),
        Column("city", data("city"), "where"),
        Column("cancelled_at", "coalesce(\(time("at")), \(sql.happenedAt))", "when"),
        Column("by", data("by"), "rider, driver or system"),
        Column("reason", data("reason"), "why; null if nobody said"),
        Column("fee", "coalesce(\(number("fee")), 0)", "what the rider is to pay for it, in minor units"),
        Column("currency", data("currency"), "of the fee, ISO 4217; null without one"),
      ] + place)
  }

  private var tips: ArchiveView {
    ArchiveView(
      "tips", "a tip that was given after a ride's end", from: first("type = 'RIDE_TIPPED'"),
      [
        Column("ride", data("rideId"), "the ride's id"),
        Column("rider", data("riderId"), "who gave it"),
        Column("driver", data("driverId"), "who got it"),
        Column("city", data("city"), "where the ride was"),
        Column("tipped_at", "coalesce(\(time("at")), \(sql.happenedAt))", "when"),
        Column("amount", number("amount"), "in minor units"),
        Column("currency", data("currency"), "ISO 4217"),
      ] + place)
  }

  private var payments: ArchiveView {
    ArchiveView(
      "payments", "a payment, captured or failed", from: first("type IN ('PAYMENT_CAPTURED', 'PAYMENT_FAILED')"),
      [
        Column("ride", data("rideId"), "the ride's id"),
        Column("rider", data("riderId"), "who pays"),
        Column("city", data("city"), "where the ride was"),
        Column("at", sql.happenedAt, "when"),
        Column("captured", "CASE type WHEN 'PAYMENT_CAPTURED' THEN 1 ELSE 0 END", "1 if it was paid, 0 if it failed"),
        Column("amount", number("amount"), "in minor units"),
        Column("currency", data("currency"), "ISO 4217"),
        Column("method", data("method"), "card, wallet or cash"),
        Column("reference", data("reference"), "the gateway's name for the charge; null without one"),
        Column("reason", data("reason"), "why it failed; null if it was paid"),
      ] + place)
  }

  private var refunds: ArchiveView {
    ArchiveView(
      "refunds", "money that went back to a rider, or what is owed no more", from: first("type = 'PAYMENT_REFUNDED'"),
      [
        Column("ride", data("rideId"), "the ride's id"),
        Column("rider", data("riderId"), "who got it"),
        Column("city", data("city"), "where the ride was"),
        Column("at", sql.happenedAt, "when"),
        Column("amount", number("amount"), "in minor units; 0 if only what was owed became less"),
        Column("currency", data("currency"), "ISO 4217"),
        Column("method", data("method"), "card, wallet or cash"),
        Column("reference", data("reference"), "the gateway's name for the refund; null without one"),
      ] + place)
  }

  /// Those that are shown: each rating is hidden until its ride's other person has rated, or the time is over, but for those of rides that
  /// only riders rated, which `RATING_REQUESTED` asked for without an end.
  private var ratings: ArchiveView {
    ArchiveView(
      "ratings", "a rating that is shown",
      from: first("(type = 'RATING_REVEALED' OR (type = 'RIDE_RATED' AND \(wasRatedAtOnce)))"),
      [
        Column("ride", data("rideId"), "the ride's id"),
        Column("driver", data("driverId"), "who drove"),
        Column("city", data("city"), "where the ride was"),
        Column("at", sql.happenedAt, "when it was shown"),
        Column("stars", "coalesce(\(number("given")), \(number("stars")))", "1 … 5"),
        Column("by", "coalesce(\(data("by")), 'rider')", "who rated: rider or driver"),
        Column("rider", data("riderId"), "who rode; null if the rating does not say"),
        Column("comment", data("comment"), "what the rider said of a ride that only riders rated; null if nothing"),
      ] + place)
  }

  private var wasRatedAtOnce: String {
    """
    EXISTS (SELECT 1 FROM events AS asked WHERE asked.key = \(data("rideId", of: "events")) AND asked.shard = events.shard
      AND asked.type = 'RATING_REQUESTED' AND \(data("rideId", of: "asked")) = \(data("rideId", of: "events"))
      AND \(data("until", of: "asked")) IS NULL)
    """
  }

  private var receipts: ArchiveView {
    ArchiveView(
      "receipts", "a receipt that was sent", from: first("type = 'RECEIPT_SENT'"),
      [
        Column("ride", data("rideId"), "the ride's id"),
        Column("rider", data("riderId"), "who rode"),
        Column("city", data("city"), "where the ride was"),
        Column("at", sql.happenedAt, "when"),
        Column("email", data("email"), "where it was sent"),
        Column(
          "version", "coalesce(\(number("version")), 1)", "1 for the first, more each time that it was sent again"),
        Column("amount", number("amount"), "what the ride costs, in minor units"),
        Column("owed", "coalesce(\(number("says.owed")), 0)", "what the rider still owes, in minor units"),
        Column("currency", data("currency"), "ISO 4217"),
      ] + place)
  }

  /// Rides and money of each group and currency: amounts of several currencies are never added.
  ///
  /// - Parameter hasLosses: false where what the platform bears is nobody's of the group.
  private func totals(_ name: String, _ group: String, _ column: Column, hasLosses: Bool = true) -> ArchiveView {
    ArchiveView(
      name, "\(group) and a currency", from: "(\(money(hasLosses))) AS money GROUP BY 1, 2",
      [
        column,
        Column("currency", "currency", "of all amounts, ISO 4217"),
        Column("rides", whole("sum(ride)"), "completed rides"),
        Column(
          "revenue", whole("sum(total - refunded)"),
          "what riders pay: fares and cancellation fees as corrected, less refunds, in minor units"),
        Column("commission", whole("sum(commission)"), "the platform's part, in minor units"),
        Column("tips", whole("sum(tip)"), "in minor units"),
        Column(
          "earned", whole("sum(total - commission - taxes)"), "the drivers' part, tips and tolls in it, in minor units"),
        Column(
          "cancellation_fees", whole("sum(CASE ride WHEN 0 THEN total - refunded ELSE 0 END)"),
          "that part of the revenue for which no ride took place, in minor units"),
        Column(
          "losses", whole("sum(loss)"),
          "lost disputes, the gateway's fees for disputes, and what is not asked for any more: the platform bears it, in minor units"
        ),
        Column("mean_meters", whole("round(avg(meters))"), "the mean way, in metres"),
        Column("mean_seconds", whole("round(avg(seconds))"), "the mean time, in seconds"),
      ])
  }

  /// All that totals are made of: rides, fees of those that did not take place, and losses.
  private func money(_ hasLosses: Bool) -> String {
    let none = "cast(NULL AS \(sql.integer))"
    func loss(_ view: String, _ amount: String, _ currency: String, _ condition: String) -> String {
      "SELECT at, city, NULL, \(currency), 0, 0, 0, 0, 0, 0, \(none), \(none), \(amount) FROM \(view) WHERE \(condition)"
    }
    let earning = [
      "SELECT completed_at AS at, city, driver, currency, 1 AS ride, total, refunded, commission, tip, taxes, meters, seconds, 0 AS loss FROM rides",
      "SELECT cancelled_at, city, driver, currency, 0, total, refunded, commission, 0, taxes, \(none), \(none), 0 FROM cancellation_fees",
    ]
    let losses = [
      loss("disputes", "amount", "currency", "status = 'lost'"), loss("disputes", "fee", "fee_currency", "fee <> 0"),
      loss("write_offs", "amount", "currency", "amount <> 0"),
    ]
    return (earning + (hasLosses ? losses : [])).joined(separator: " UNION ALL ")
  }

  /// Where the event stands in the log.
  var place: [Column] {
    [
      Column("shard", "shard", "the log's shard"),
      Column("stream_ms", "stream_ms", "the first half of the entry id"),
      Column("stream_seq", "stream_seq", "the second half of the entry id"),
    ]
  }

  /// Events, each where it stands first.
  func first(_ condition: String) -> String {
    "events WHERE \(condition) AND NOT \(ArchiveTable.isRepetition)"
  }

  func data(_ path: String, of table: String? = nil) -> String { sql.text("data.\(path)", of: table) }
  func number(_ path: String) -> String { sql.whole("data.\(path)") }
  private func time(_ name: String) -> String { sql.time("data.\(name)") }
  /// A sum or a mean, which need not be of 64 bits.
  private func whole(_ expression: String) -> String { "cast(\(expression) AS \(sql.integer))" }

  /// A part of the fare as corrected.
  private func fare(_ name: String) -> String {
    sql.whole(name, in: "coalesce(adjusted_fare, \(sql.part("data.fare")))")
  }
  private func item(_ name: String) -> String { "coalesce(\(fare(name)), 0)" }

  /// A fare without items is all base, as services read it.
  private var base: String {
    let others = ["distance", "time", "surge", "tolls", "tip", "taxes"].map { fare($0) }
    let whole = "CASE WHEN coalesce(\(others.joined(separator: ", "))) IS NULL THEN \(fare("total")) ELSE 0 END"
    return "coalesce(\(fare("base")), \(whole))"
  }
}
