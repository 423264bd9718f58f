public import EventStreams

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
  }

  /// Why a file can't be imported at all.
  public struct FileProblem: Error, Sendable, CustomStringConvertible {
    /// What it says to people.
    public let description: String
  }

  private let format: ImportFormat
  private let mapping: (RowValues) throws(RowProblem) -> ImportedTrip
  private var rows: CSVReader
  private let columns: [String: Int]

  /// Riders and drivers that rides are spread over, in each city.
  static let riders: UInt64 = 5_000
  static let drivers: UInt64 = 200

  /// Reads the header.
  ///
  /// - Parameters:
  ///   - fileDescriptor: an open file, not compressed.
  ///   - currency: of a format that names none.
  public init(format: ImportFormat, fileDescriptor: Int32, currency: Currency? = nil) throws {
    self.format = format
    mapping = try Self.mapping(format, currency)
    rows = CSVReader(fileDescriptor: fileDescriptor)
    guard case .success(let header)? = try rows.next() else { throw FileProblem(description: "the file has no header") }
    if header.text.utf8.first == 0x1f {
      throw FileProblem(
        description: "the file is compressed; use: gunzip -c FILE | rides import --format \(format.rawValue) -")
    }
    columns = Dictionary(header.fields.enumerated().map { ($1, $0) }) { first, _ in first }
    let missing = format.requiredColumns.filter { columns[$0] == nil }
    guard missing.isEmpty else {
      throw FileProblem(
        description: "this is not a \(format.rawValue) file: it has no column \(missing.joined(separator: ", "))")
    }
  }

  private static func mapping(
    _ format: ImportFormat, _ currency: Currency?
  ) throws -> (RowValues) throws(RowProblem) -> ImportedTrip {
    func clock(_ zone: String) throws -> WallClock {
      guard let clock = WallClock(zone) else {
        throw FileProblem(description: "the time zone \(zone) is unknown here; install tzdata")
      }
      return clock
    }
    switch format {
    case .nycTaxis: return NYCTrips(clock: try clock("America/New_York")).tidy
    case .nycYellow: return NYCTrips(clock: try clock("America/New_York")).zoned
    case .nycGreen: return NYCTrips(clock: try clock("America/New_York")).green
    case .nycFares: return NYCTrips(clock: try clock("America/New_York")).fares
    case .chicago: return ChicagoTrips(clock: try clock("America/Chicago")).trip
    case .mexicoCity: return MexicoCityTrips(clock: try clock("America/Mexico_City")).trip
    case .bolt:
      guard let currency else {
        throw FileProblem(description: "\(format.rawValue) names no currency; say which with --currency")
      }
      return BoltTrips(currency: currency).trip
    }
  }

  /// The next row; nil at the end.
  public mutating func next() throws -> Item? {
    switch try rows.next() {
    case nil: return nil
    case .failure(let rejected): return .rejected(rejected)
    case .success(let row):
      do throws(RowProblem) {
        return item(try mapping(RowValues(columns: columns, fields: row.fields)), row)
      } catch {
        return .rejected(RejectedRow(line: row.line, field: error.field, reason: error.reason, text: row.text))
      }
    }
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
    completed.requestedAt = trip.requested ?? trip.begin
    completed.startedAt = trip.begin
    completed.completedAt = trip.end
    completed.distanceMeters = trip.meters
    completed.durationSeconds = trip.seconds ?? Int((trip.end - trip.begin).components.seconds)
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
