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
    /// No ride.
    case rejected(RejectedRow)
    /// One of two rows of which one takes back what the other charges.
    case voided
  }

  private let format: ImportFormat
  private let mapping: (RowValues) throws(RowProblem) -> ImportedTrip
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
  ///   - now: trips that end more than a day later are a mistake.
  public init(
    format: ImportFormat, fileDescriptor: Int32, currency: Currency? = nil, now: Timestamp = .now()
  ) throws(ImportProblem) {
    self.format = format
    latest = now + .seconds(86_400)
    mapping = try Self.mapping(format, currency)
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
    _ format: ImportFormat, _ currency: Currency?
  ) throws(ImportProblem) -> (RowValues) throws(RowProblem) -> ImportedTrip {
    func clock(_ zone: String) throws(ImportProblem) -> WallClock {
      guard let clock = WallClock(zone) else {
        throw ImportProblem("the time zone \(zone) is unknown here; install tzdata")
      }
      return clock
    }
    switch (format.currency, currency) {
    case (.fixed(let fixed), let currency?) where currency != fixed:
      throw ImportProblem("fares of \(format.rawValue) files are in \(fixed), not in \(currency)")
    case (.named, .some):
      throw ImportProblem("each row of a \(format.rawValue) file names its currency: leave --currency out")
    default: break
    }
    switch format {
    case .nycTaxis: return NYCTrips(clock: try clock("America/New_York")).tidy
    case .nycYellow: return NYCTrips(clock: try clock("America/New_York")).yellow
    case .nycGreen: return NYCTrips(clock: try clock("America/New_York")).green
    case .nycFares: return NYCTrips(clock: try clock("America/New_York")).fares
    case .chicago: return ChicagoTrips(clock: try clock("America/Chicago")).trip
    case .mexicoCity: return MexicoCityTrips(clock: try clock("America/Mexico_City")).trip
    case .bolt:
      guard let currency else {
        throw ImportProblem("\(format.rawValue) names no currency; say which with --currency")
      }
      return BoltTrips(currency: currency).trip
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
        let trip = try mapping(values)
        try check(trip)
        return item(trip, row)
      } catch {
        let column = error.field.map(header.name)
        return .rejected(RejectedRow(line: row.line, field: column, reason: error.reason, text: row.text))
      }
    }
  }

  /// Throws if it happened at a time when it can't have, or is what no event may state.
  private func check(_ trip: ImportedTrip) throws(RowProblem) {
    let first = min(trip.requested ?? trip.begin, trip.begin)
    guard first >= Self.earliest else {
      throw RowProblem(field: nil, reason: "begins at \(first), before the year 2000")
    }
    guard trip.end <= latest else { throw RowProblem(field: nil, reason: "ends at \(trip.end), in the future") }
    try trip.checkBounds()
  }

  private func item(_ trip: ImportedTrip, _ row: CSVReader.Row) -> Item {
    let digest = Digest.fnv1a(trip.identity ?? row.text)
    let place = format.city.lowercased().replacing(" ", with: "-")
    let rideID = "\(format.rawValue)-\(trip.identity ?? String(digest, radix: 16))"
    let rider = "rider-\(place)-\(digest % Self.riders)"
    var completed = RideCompleted(
      rideID: rideID, riderID: rider, driverID: "driver-\(place)-\(digest / Self.riders % Self.drivers)",
      city: format.city,
      fare: trip.fare, payment: Payment(trip.method, token: trip.method == .card ? "tok_visa_\(digest % 10_000)" : nil))
    completed.isImported = true
    completed.requestedAt = trip.requested ?? trip.begin
    completed.startedAt = trip.begin
    completed.completedAt = trip.end
    completed.distanceMeters = trip.meters
    completed.durationSeconds = trip.duration
    completed.pickup = trip.pickup
    completed.dropoff = trip.dropoff
    completed.riderEmail = "\(rider)@example.com"
    return .ride(
      requested: (
        RideRequested(rideID: rideID, riderID: rider, city: format.city, pickup: trip.pickup, dropoff: trip.dropoff),
        trip.requested ?? trip.begin
      ), completed: (completed, trip.end))
  }
}
