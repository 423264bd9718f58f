import EventStreams

/// The hashes that services have stored in one shard.
struct StoredState {
  /// Service -> hashes that are compared, besides those of balances, which are held against their entries.
  static let hashes: [Identifier: [String]] = [
    "payment": [
      PaymentRecord.hash, PaymentRecord.corrected, HolderAccounts.movements, HolderAccounts.opened, LedgerState.buckets,
      LedgerState.closed, RideRecords.days, RideRecords.closed,
    ],
    "driver": [
      DriverRide.hash, DriverRide.corrected, HolderAccounts.movements, HolderAccounts.opened, LedgerState.buckets,
      LedgerState.closed, RideRecords.days, RideRecords.closed,
    ],
    "rating": [
      RatingWindow.hash, RatingWindow.closed, RatingWindow.drivers, RideRecords.days, RideRecords.closed,
    ],
    "notification": [Receipt.hash, RideRecords.days, RideRecords.closed],
    "surge": [SurgeState.multipliers, SurgeState.frontier],
  ]

  /// Those of them that have no field per ride.
  static let notOfRides: Set<Identifier> = [
    Identifier(HolderAccounts.movements), Identifier(HolderAccounts.opened), Identifier(LedgerState.buckets),
    Identifier(LedgerState.closed), Identifier(RideRecords.days), Identifier(RideRecords.closed),
  ]

  private var records: [Identifier: [Identifier: [Identifier: String]]] = [:]
  /// Minute -> surge's counts, of the minutes in its window.
  private var minutes: [Int64: [Identifier: String]] = [:]

  init(shard: Int, state: ServiceState) async throws {
    for (service, hashes) in Self.hashes {
      for hash in hashes {
        records[service, default: [:]][hash] = try await state.fields(service.text, hash, shard: shard)
      }
    }
    guard let frontier = fields("surge", SurgeState.frontier)["minute"].flatMap({ Int64($0) }),
      Quantity.minute.range.contains(Int(frontier))
    else { return }
    for minute in (frontier - Int64(SurgePolicy().windowMinutes) + 1)...frontier {
      minutes[minute] = try await state.fields("surge", SurgeState.minute(minute), shard: shard)
    }
  }

  /// All fields of a hash.
  func fields(_ service: String, _ hash: String) -> [Identifier: String] { records[service]?[hash] ?? [:] }

  /// A ride's money as it stands; nil if there is none that can be read.
  func payment(_ ride: Identifier) -> PaymentRecord? {
    Self.read(fields("payment", PaymentRecord.corrected)[ride] ?? fields("payment", PaymentRecord.hash)[ride])
  }

  /// A ride's receipt; nil if there is none that can be read.
  func receipt(_ ride: Identifier) -> Receipt? { Self.read(fields("notification", Receipt.hash)[ride]) }

  /// Whether two windows are the same but for when they end.
  static func isSameWindow(_ expected: String?, _ found: String?) -> Bool {
    guard let expected: RatingWindow = read(expected), let found: RatingWindow = read(found) else { return false }
    return expected.riderID.hasSameBytes(as: found.riderID) && expected.driverID.hasSameBytes(as: found.driverID)
      && expected.city.hasSameBytes(as: found.city) && expected.openedAt == found.openedAt
  }

  private static func read<Value: JSONReadable>(_ text: String?) -> Value? {
    var parser = JSONParser()
    return text.flatMap { try? Value(from: parser.parse($0.utf8.span)) }
  }

  /// Where surge is not what happened in its window.
  ///
  /// - Parameter time: when its last event was recorded: counts are kept for a day.
  func surgeDifferences(
    _ image: StateImage, shard: Int, lastAt time: Timestamp?
  ) async throws -> [(key: String, expected: String?, found: String?)] {
    var wrong: [(key: String, expected: String?, found: String?)] = []
    func compare(_ hash: String, _ found: [Identifier: String]) async throws {
      let expected = try await image.hash(hash, shard: shard)
      for field in Set(found.keys).union(expected.keys).sorted() where found[field] != expected[field] {
        wrong.append(("\(hash)[\(field)]", expected[field], found[field]))
      }
    }
    for hash in Self.hashes["surge"] ?? [] { try await compare(hash, fields("surge", hash)) }
    guard let time, Timestamp.now() < time + .seconds(23 * 3600) else { return wrong }
    for (minute, found) in minutes { try await compare(SurgeState.minute(minute), found) }
    return wrong
  }
}
