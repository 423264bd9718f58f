public import EventArchive

extension ArchiveView {
  /// The views of rides: first those with a row per event, then those that sum up.
  public static let rideViews = [
    rides, requests, cancellations, tips, payments, refunds, ratings, receipts,
    totals("days", "a day (UTC)", Column("day", "substr(completed_at, 1, 10)", "the day in UTC, 2026-04-03")),
    totals(
      "hours", "an hour of the day (UTC)",
      Column("hour", "cast(substr(completed_at, 12, 2) AS INTEGER)", "the hour in UTC, 0 … 23")),
    totals("cities", "a city", Column("city", "city", "the city")),
    totals("drivers", "a driver", Column("driver", "driver", "the driver")),
  ]

  /// The commission that the views reckon with where no event tells what was booked; reports can be given another.
  public static let commissionBasisPoints = CommissionRate.standardBasisPoints

  private static let rides = ArchiveView(
    "rides", "a completed ride",
    from: completions,
    [
      Column("ride", data("rideId"), "the ride's id"),
      Column("rider", data("riderId"), "who rode"),
      Column("driver", data("driverId"), "who drove"),
      Column("city", data("city"), "where"),
      Column("requested_at", time("requestedAt"), "when it was asked for; null if nobody said"),
      Column("started_at", time("startedAt"), "when it began; null if nobody said"),
      Column("completed_at", "coalesce(\(time("completedAt")), \(happenedAt))", "when it ended"),
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
      Column("pickup_lat", data("pickup.lat"), "where it began, in degrees"),
      Column("pickup_lon", data("pickup.lon"), "where it began, in degrees"),
      Column("dropoff_lat", data("dropoff.lat"), "where it ended, in degrees"),
      Column("dropoff_lon", data("dropoff.lon"), "where it ended, in degrees"),
    ] + place)

  /// Completed rides, each where it stands first, with their corrections beside them, of which there are few.
  private static let completions =
    // What is no ride stands in the dead letters of the services; a fare without a total is none.
    "events LEFT JOIN (\(adjustments)) ON adjusted_shard = shard AND adjusted_ride = \(data("rideId"))"
    + " LEFT JOIN (\(refundSums)) ON refunded_shard = shard AND refunded_ride = \(data("rideId"))"
    + " WHERE type = 'RIDE_COMPLETED' AND \(isWhole("fare.total")) AND NOT \(ArchiveTable.isRepetition)"
    + " AND NOT \(isCompletedBefore)"

  /// The last fare of each ride whose fare was put right: a bare column beside max() is that of the row that has it.
  private static let adjustments = """
    SELECT shard AS adjusted_shard, \(data("rideId")) AS adjusted_ride, event -> '$.data.newFare' AS adjusted_fare,
      max((stream_ms << 20) + stream_seq) FROM events
    WHERE type = 'FARE_ADJUSTED' AND event -> '$.data.newFare' IS NOT NULL GROUP BY 1, 2
    """

  private static let refundSums = """
    SELECT shard AS refunded_shard, \(data("rideId")) AS refunded_ride, sum(\(number("amount"))) AS refunded_amount
    FROM events WHERE type = 'RIDE_REFUNDED' AND NOT \(ArchiveTable.isRepetition) GROUP BY 1, 2
    """

  /// The same ride under another id. Services book it once.
  private static let isCompletedBefore = """
    EXISTS (SELECT 1 FROM events AS earlier WHERE earlier.key = events.\(data("rideId")) AND earlier.shard = events.shard
      AND (earlier.stream_ms, earlier.stream_seq) < (events.stream_ms, events.stream_seq)
      AND earlier.type = 'RIDE_COMPLETED' AND earlier.\(data("rideId")) = events.\(data("rideId")))
    """

  /// As the last DRIVER_PAID of the ride says; without one, the usual share, half away from zero like `Money.share`: no item of a
  /// fare is negative.
  private static let commission = """
    coalesce((SELECT coalesce(cast(paid.\(data("commission")) AS INTEGER), 0) FROM events AS paid
        WHERE paid.key = events.\(data("rideId")) AND paid.id >= 'DRIVER_PAID' AND paid.id < 'DRIVER_PAIE'
          AND paid.shard = events.shard AND paid.type = 'DRIVER_PAID'
        ORDER BY paid.stream_ms DESC, paid.stream_seq DESC LIMIT 1),
      ((\(base) + \(item("distance")) + \(item("time")) + \(item("surge"))) * \(commissionBasisPoints) + 5000) / 10000)
    """

  private static let requests = ArchiveView(
    "requests", "somebody asked for a ride", from: first("type = 'RIDE_REQUESTED'"),
    [
      Column("ride", data("rideId"), "the ride's id"),
      Column("rider", data("riderId"), "who asked"),
      Column("city", data("city"), "where"),
      Column("requested_at", happenedAt, "when"),
      Column("pickup_lat", data("pickup.lat"), "where it shall begin, in degrees"),
      Column("pickup_lon", data("pickup.lon"), "where it shall begin, in degrees"),
      Column("dropoff_lat", data("dropoff.lat"), "where it shall end, in degrees"),
      Column("dropoff_lon", data("dropoff.lon"), "where it shall end, in degrees"),
    ] + place)

  private static let cancellations = ArchiveView(
    "cancellations", "a ride that was asked for and did not take place", from: first("type = 'RIDE_CANCELLED'"),
    [
      Column("ride", data("rideId"), "the ride's id"),
      Column("rider", data("riderId"), "who had asked; null if nobody said"),
      Column("driver", data("driverId"), "who had taken it; null if nobody had"),
      Column("city", data("city"), "where"),
      Column("cancelled_at", "coalesce(\(time("at")), \(happenedAt))", "when"),
      Column("by", data("by"), "rider, driver or system"),
      Column("reason", data("reason"), "why; null if nobody said"),
      Column("fee", "coalesce(\(number("fee")), 0)", "what the rider is to pay for it, in minor units"),
      Column("currency", data("currency"), "of the fee, ISO 4217; null without one"),
    ] + place)

  private static let tips = ArchiveView(
    "tips", "a tip that was given after a ride's end", from: first("type = 'RIDE_TIPPED'"),
    [
      Column("ride", data("rideId"), "the ride's id"),
      Column("rider", data("riderId"), "who gave it"),
      Column("driver", data("driverId"), "who got it"),
      Column("city", data("city"), "where the ride was"),
      Column("tipped_at", "coalesce(\(time("at")), \(happenedAt))", "when"),
      Column("amount", number("amount"), "in minor units"),
      Column("currency", data("currency"), "ISO 4217"),
    ] + place)

  private static let payments = ArchiveView(
    "payments", "a payment, captured or failed", from: first("type IN ('PAYMENT_CAPTURED', 'PAYMENT_FAILED')"),
    [
      Column("ride", data("rideId"), "the ride's id"),
      Column("rider", data("riderId"), "who pays"),
      Column("city", data("city"), "where the ride was"),
      Column("at", happenedAt, "when"),
      Column("captured", "type = 'PAYMENT_CAPTURED'", "1 if it was paid, 0 if it failed"),
      Column("amount", number("amount"), "in minor units"),
      Column("currency", data("currency"), "ISO 4217"),
      Column("method", data("method"), "card, wallet or cash"),
      Column("reference", data("reference"), "the gateway's name for the charge; null without one"),
      Column("reason", data("reason"), "why it failed; null if it was paid"),
    ] + place)

  private static let refunds = ArchiveView(
    "refunds", "money that went back to a rider, or what is owed no more", from: first("type = 'PAYMENT_REFUNDED'"),
    [
      Column("ride", data("rideId"), "the ride's id"),
      Column("rider", data("riderId"), "who got it"),
      Column("city", data("city"), "where the ride was"),
      Column("at", happenedAt, "when"),
      Column("amount", number("amount"), "in minor units; 0 if only what was owed became less"),
      Column("currency", data("currency"), "ISO 4217"),
      Column("method", data("method"), "card, wallet or cash"),
      Column("reference", data("reference"), "the gateway's name for the refund; null without one"),
    ] + place)

  /// Those that are shown: each rating is hidden until its ride's other person has rated, or the time is over, but for those of rides that
  /// only riders rated, which `RATING_REQUESTED` asked for without an end.
  private static let ratings = ArchiveView(
    "ratings", "a rating that is shown",
    from: first("(type = 'RATING_REVEALED' OR (type = 'RIDE_RATED' AND \(wasRatedAtOnce)))"),
    [
      Column("ride", data("rideId"), "the ride's id"),
      Column("driver", data("driverId"), "who drove"),
      Column("city", data("city"), "where the ride was"),
      Column("at", happenedAt, "when it was shown"),
      Column("stars", "coalesce(\(number("given")), \(number("stars")))", "1 … 5"),
      Column("by", "coalesce(\(data("by")), 'rider')", "who rated: rider or driver"),
      Column("rider", data("riderId"), "who rode; null if the rating does not say"),
      Column("comment", data("comment"), "what the rider said of a ride that only riders rated; null if nothing"),
    ] + place)

  private static let wasRatedAtOnce = """
    EXISTS (SELECT 1 FROM events AS asked WHERE asked.key = events.\(data("rideId")) AND asked.shard = events.shard
      AND asked.type = 'RATING_REQUESTED' AND asked.\(data("rideId")) = events.\(data("rideId"))
      AND asked.\(data("until")) IS NULL)
    """

  private static let receipts = ArchiveView(
    "receipts", "a receipt that was sent", from: first("type = 'RECEIPT_SENT'"),
    [
      Column("ride", data("rideId"), "the ride's id"),
      Column("rider", data("riderId"), "who rode"),
      Column("city", data("city"), "where the ride was"),
      Column("at", happenedAt, "when"),
      Column("email", data("email"), "where it was sent"),
      Column("version", "coalesce(\(number("version")), 1)", "1 for the first, more each time that it was sent again"),
      Column("amount", number("amount"), "what the ride costs, in minor units"),
      Column("owed", "coalesce(\(number("says.owed")), 0)", "what the rider still owes, in minor units"),
      Column("currency", data("currency"), "ISO 4217"),
    ] + place)

  /// Rides and money of each group and currency: amounts of several currencies are never added.
  private static func totals(_ name: String, _ group: String, _ column: Column) -> ArchiveView {
    ArchiveView(
      name, "\(group) and a currency", from: "rides GROUP BY 1, 2",
      [
        column,
        Column("currency", "currency", "of all amounts, ISO 4217"),
        Column("rides", "count(*)", "completed rides"),
        Column("revenue", "sum(total - refunded)", "what riders pay: fares as corrected, less refunds, in minor units"),
        Column("commission", "sum(commission)", "the platform's part, in minor units"),
        Column("tips", "sum(tip)", "in minor units"),
        Column("earned", "sum(total - commission - taxes)", "the drivers' part, tips and tolls in it, in minor units"),
        Column("mean_meters", "cast(round(avg(meters)) AS INTEGER)", "the mean way, in metres"),
        Column("mean_seconds", "cast(round(avg(seconds)) AS INTEGER)", "the mean time, in seconds"),
      ])
  }

  /// Where the event stands in the log.
  private static let place = [
    Column("shard", "shard", "the log's shard"),
    Column("stream_ms", "stream_ms", "the first half of the entry id"),
    Column("stream_seq", "stream_seq", "the second half of the entry id"),
  ]

  /// Events, each where it stands first.
  private static func first(_ condition: String) -> String {
    "events WHERE \(condition) AND NOT \(ArchiveTable.isRepetition)"
  }

  private static func data(_ path: String) -> String { "event ->> '$.data.\(path)'" }
  /// A whole number, which the producer may have written as 800.0 or 8e2.
  private static func number(_ path: String) -> String { "cast(\(data(path)) AS INTEGER)" }
  private static func isWhole(_ path: String) -> String {
    "json_type(event, '$.data.\(path)') IN ('integer', 'real') AND \(data(path)) = \(number(path))"
  }
  /// A part of the fare as corrected.
  private static func fare(_ name: String) -> String {
    "cast(coalesce(adjusted_fare, event -> '$.data.fare') ->> '$.\(name)' AS INTEGER)"
  }
  private static func item(_ name: String) -> String { "coalesce(\(fare(name)), 0)" }

  /// A time of the event's data, in UTC.
  private static func time(_ name: String) -> String { "strftime('\(format)', upper(\(data(name))))" }

  private static let happenedAt = "strftime('\(format)', happened_at_us / 1000000, 'unixepoch')"
  private static let format = "%Y-%m-%dT%H:%M:%SZ"

  /// A fare without items is all base, as services read it.
  private static let base: String = {
    let others = ["distance", "time", "surge", "tolls", "tip", "taxes"].map { fare($0) }
    return "coalesce(\(fare("base")), iif(coalesce(\(others.joined(separator: ", "))) IS NULL, \(fare("total")), 0))"
  }()
}
