public import EventStreams
import Foundation

/// Reads rides from a file of trips, row by row.
///
/// Everything it makes up follows from the row: importing a file again makes the same rides, which the log has already.
public struct RideImport {
  /// A ride from its request to its end, or why a row is none.
  public enum Item: Sendable {
    /// A ride.
    case ride(requested: (event: RideRequested, at: Timestamp), completed: (event: RideCompleted, at: Timestamp))
    /// A ride that was asked for and did not take place: its events, in order.
    case cancelled([EncodedEvent])
    /// No ride.
    case rejected(RejectedRow)
    /// One of two rows of which one takes back what the other charges.
    case voided
  }

  private let format: ImportFormat
  private let mapping: (RowValues) throws(RowProblem) -> ImportedRow
  private var rows: CSVReader
  private let header: CSVHeader
  private var voided: VoidedTrips?
  private let latest: Timestamp

  /// Riders and drivers that rides are spread over, in each city.
  static let riders: UInt64 = 5_000
  static let drivers: UInt64 = 200

  /// Trips before this are a mistake: there was no such service.
  private static let earliest = Timestamp(secondsSinceEpoch: 946_684_800)

  /// Reads the header. Of a format in which trips are taken back by other rows it reads all, to know which; a pipe is copied
  /// to a temporary file for that.
  ///
  /// - Parameters:
  ///   - fileDescriptor: an open file of text in UTF-8.
  ///   - currency: of a format that names none. One that contradicts the format is refused.
  ///   - date: of a format that names none, as `2020-01-31`.
  ///   - now: trips that end more than a day later are a mistake.
  public init(
    format: ImportFormat, fileDescriptor: Int32, currency: Currency? = nil, date: String? = nil,
    now: Timestamp = .now()
  ) throws(ImportProblem) {
    self.format = format
    latest = now + .seconds(86_400)
    mapping = try Self.mapping(format, currency, date)
    let descriptor = format.voiding == nil ? fileDescriptor : try Spool.rewindable(fileDescriptor)
    let start = lseek(descriptor, 0, SEEK_CUR)
    rows = CSVReader(fileDescriptor: descriptor)
    header = try Self.header(of: &rows, format)
    guard let (identity, fare) = format.voiding else { return }
    let header = header
    voided = try VoidedTrips(identity: identity, fare: fare) { body throws(ImportProblem) in
      lseek(descriptor, start, SEEK_SET)
      var rows = CSVReader(fileDescriptor: descriptor)
      _ = try rows.next()
      while let row = try rows.next() {
        // What can't be read is rejected below.
        guard case .success(let row) = row, let values = try? RowValues(header: header, fields: row.fields) else {
          continue
        }
        body(values)
      }
    }
    lseek(descriptor, start, SEEK_SET)
    rows = CSVReader(fileDescriptor: descriptor)
    _ = try rows.next()
  }

  /// The header, if it is one of the format; else what is wrong with the file.
  private static func header(of rows: inout CSVReader, _ format: ImportFormat) throws(ImportProblem) -> CSVHeader {
    if let foreign = ForeignContent(firstBytes: try rows.firstBytes()) {
      throw ImportProblem("the file \(foreign.problem(for: "rides import --format \(format.rawValue)"))")
    }
    let row: CSVReader.Row
    switch try rows.next() {
    case nil: throw ImportProblem("the file has no header")
    case .failure(let rejected): throw ImportProblem("the header \(rejected.reason)")
    case .success(let found): row = found
    }
    let header = CSVHeader(row.fields)
    if let column = format.ambiguous(in: header) {
      throw ImportProblem("the file has more than one column \(header.name(of: column))")
    }
    let missing = format.missing(in: header)
    guard !missing.isEmpty else { return header }
    if let fitting = ImportFormat.allCases.first(where: { $0.missing(in: header).isEmpty }) {
      throw ImportProblem(
        "this is not a \(format.rawValue) file but a \(fitting.rawValue) one; use: --format \(fitting.rawValue)")
    }
    for (separator, name) in [(";", "semicolons"), ("\t", "tabs"), ("|", "vertical bars")] as [(Character, String)] {
      let other = CSVHeader(row.text.split(separator: separator, omittingEmptySubsequences: false).map(String.init))
      guard other.names.count > header.names.count,
        ImportFormat.allCases.contains(where: { $0.missing(in: other).isEmpty })
      else { continue }
      throw ImportProblem(
        "the columns are separated by \(name): save the file with commas between them, and points in the numbers")
    }
    throw ImportProblem("this is not a \(format.rawValue) file: it has no column \(missing.joined(separator: ", "))")
  }

  private static func mapping(
    _ format: ImportFormat, _ currency: Currency?, _ date: String?
  ) throws(ImportProblem) -> (RowValues) throws(RowProblem) -> ImportedRow {
    typealias Rule = (RowValues) throws(RowProblem) -> ImportedTrip
    func trips(_ rule: @escaping Rule) -> (RowValues) throws(RowProblem) -> ImportedRow {
      { (row) throws(RowProblem) in .trip(try rule(row)) }
    }
    guard date == nil || format == .gett else {
      throw ImportProblem("each row of a \(format.rawValue) file has its own date: leave --date out")
    }
    func clock(_ zone: String) throws(ImportProblem) -> WallClock {
      guard let clock = WallClock(zone) else {
        throw ImportProblem("the time zone \(zone) is unknown here; install tzdata")
      }
      return clock
    }
    switch (format.currency, currency) {
    case (.fixed(let fixed), let currency?) where currency != fixed:
      throw ImportProblem("fares of \(format.rawValue) files are in \(fixed), not in \(currency)")
    case (.none, .some): throw ImportProblem("\(format.rawValue) files have no amounts: leave --currency out")
    case (.named, .some):
      throw ImportProblem("each row of a \(format.rawValue) file names its currency: leave --currency out")
    default: break
    }
    switch format {
    case .nycTaxis: return trips(NYCTrips(clock: try clock("America/New_York")).tidy)
    case .nycYellow: return trips(NYCTrips(clock: try clock("America/New_York")).yellow)
    case .nycGreen: return trips(NYCTrips(clock: try clock("America/New_York")).green)
    case .nycFares: return trips(NYCTrips(clock: try clock("America/New_York")).fares)
    case .chicago: return trips(ChicagoTrips(clock: try clock("America/Chicago")).trip)
    case .mexicoCity: return MexicoCityTrips(clock: try clock("America/Mexico_City")).row
    case .bolt:
      guard let currency else {
        throw ImportProblem("\(format.rawValue) names no currency; say which with --currency")
      }
      return trips(BoltTrips(currency: currency).trip)
    case .gett:
      guard let date, ClockReading("\(date) 12:00:00") != nil else {
        throw ImportProblem("gett names no day; say which with --date, such as --date 2020-01-31")
      }
      return GettOrders(clock: try clock("Europe/London"), date: date).order
    }
  }

  /// The next row; nil at the end.
  public mutating func next() throws(ImportProblem) -> Item? {
    switch try rows.next() {
    case nil: return nil
    case .failure(let rejected): return .rejected(rejected)
    case .success(let row):
      do throws(RowProblem) {
        let values = try RowValues(header: header, fields: row.fields)
        if voided?.contains(values) == true { return .voided }
        switch try mapping(values) {
        case .trip(let trip):
          try check(from: min(trip.requested ?? trip.begin, trip.begin), to: trip.end)
          try trip.checkBounds()
          return item(trip, row)
        case .cancellation(let cancellation):
          try check(from: cancellation.requested, to: cancellation.at)
          return item(cancellation, row)
        }
      } catch {
        let column = error.field.map(header.name)
        return .rejected(RejectedRow(line: row.line, field: column, reason: error.reason, text: row.text))
      }
    }
  }

  /// Throws if it happened at a time when it can't have.
  private func check(from first: Timestamp, to last: Timestamp) throws(RowProblem) {
    guard first >= Self.earliest else {
      throw RowProblem(field: nil, reason: "begins at \(first), before the year 2000")
    }
    guard last <= latest else { throw RowProblem(field: nil, reason: "ends at \(last), in the future") }
  }

  /// Who a ride is of, as far as that follows from the row.
  private struct Names {
    let ride: String
    let rider: String
    let driver: String

    init(_ format: ImportFormat, _ digest: UInt64, _ identity: String?) {
      let place = format.city.lowercased().replacing(" ", with: "-")
      ride = "\(format.rawValue)-\(identity ?? String(digest, radix: 16))"
      rider = "rider-\(place)-\(digest % RideImport.riders)"
      driver = "driver-\(place)-\(digest / RideImport.riders % RideImport.drivers)"
    }
  }

  private func item(_ cancellation: ImportedCancellation, _ row: CSVReader.Row) -> Item {
    let names = Names(format, Digest.fnv1a(cancellation.identity ?? row.text), cancellation.identity)
    let request = RideRequested(
      rideID: names.ride, riderID: names.rider, city: format.city, pickup: cancellation.pickup)
    var cancelled = RideCancelled(
      rideID: names.ride, riderID: names.rider, driverID: cancellation.hasDriver ? names.driver : nil,
      city: format.city, by: cancellation.by, at: cancellation.at, reason: cancellation.reason, fee: cancellation.fee,
      payment: cancellation.fee.map { _ in Payment(.card, token: "tok_visa_\(names.ride.utf8.count)") })
    cancelled.isImported = true
    let accepted = RideAccepted(
      rideID: names.ride, driverID: names.driver, city: format.city, arrivalSeconds: cancellation.arrivalSeconds)
    return .cancelled(
      [EncodedEvent(request, timestamp: cancellation.requested)]
        + (cancellation.hasDriver ? [EncodedEvent(accepted, timestamp: cancellation.requested)] : [])
        + [EncodedEvent(cancelled, timestamp: cancellation.at)])
  }

  private func item(_ trip: ImportedTrip, _ row: CSVReader.Row) -> Item {
    let digest = Digest.fnv1a(trip.identity ?? row.text)
    let names = Names(format, digest, trip.identity)
    var completed = RideCompleted(
      rideID: names.ride, riderID: names.rider, driverID: names.driver, city: format.city,
      fare: trip.fare, payment: Payment(trip.method, token: trip.method == .card ? "tok_visa_\(digest % 10_000)" : nil))
    completed.isImported = true
    completed.requestedAt = trip.requested ?? trip.begin
    completed.startedAt = trip.begin
    completed.completedAt = trip.end
    completed.distanceMeters = trip.meters
    completed.durationSeconds = trip.duration
    completed.pickup = trip.pickup
    completed.dropoff = trip.dropoff
    completed.riderEmail = "\(names.rider)@example.com"
    return .ride(
      requested: (
        RideRequested(
          rideID: names.ride, riderID: names.rider, city: format.city, pickup: trip.pickup, dropoff: trip.dropoff),
        trip.requested ?? trip.begin
      ), completed: (completed, trip.end))
  }
}
