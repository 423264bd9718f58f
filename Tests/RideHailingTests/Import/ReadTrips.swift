import EventStreams
import Foundation
import RideHailing

/// What a file of trips is read as.
struct ReadTrips {
  var rides: [RideCompleted] = []
  var rejected: [RejectedRow] = []
  var voided = 0
  var cancelled: [[EncodedEvent]] = []

  /// `line column: reason` of each rejected row.
  var reasons: [String] { rejected.map { "\($0.line) \($0.field ?? "-"): \($0.reason)" } }

  /// Reads these bytes, from a file or from a pipe.
  init(
    _ format: ImportFormat, _ bytes: some Collection<UInt8>, currency: Currency? = nil, date: String? = nil,
    fromPipe: Bool = false
  ) throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "trips-\(UUID().uuidString).csv")
    let pipe = Pipe()
    defer { try? FileManager.default.removeItem(at: file) }
    if fromPipe {
      // Few enough for the pipe to hold them.
      try pipe.fileHandleForWriting.write(contentsOf: Data(bytes))
      try pipe.fileHandleForWriting.close()
    } else {
      try Data(bytes).write(to: file)
    }
    let handle = try fromPipe ? pipe.fileHandleForReading : FileHandle(forReadingFrom: file)
    var trips = try RideImport(
      format: format, fileDescriptor: handle.fileDescriptor, currency: currency, date: date,
      now: try Timestamp(iso8601: "2026-01-01T00:00:00Z"))
    while let item = try trips.next() {
      switch item {
      case .ride(_, let completed): rides.append(completed.event)
      case .rejected(let row): rejected.append(row)
      case .voided: voided += 1
      case .cancelled(let events): cancelled.append(events)
      }
    }
  }
}
