import EventStreams

/// What events that a service has not handled, or whose outcome is not known, are about: its state of that may be either way.
struct OpenWork {
  private var rides: Set<Identifier> = []
  private var accounts: Set<Identifier> = []
  private var movements: Set<Identifier> = []
  /// True if what is kept of rides may have left, or not.
  private(set) var isClosing = false

  /// Takes in an event that may have been handled or not.
  mutating func add(_ event: RecordedEvent, _ header: EventHeader, ride: String?, _ catalog: EventCatalog) {
    if let ride { rides.insert(ride) }
    if header.type == RecordsRemoved.eventType { isClosing = true }
    movements.insert(header.id)
    let about = try? catalog.withData(ofEvent: event.json.span) { (data) throws(JSONError) in
      try Names(from: data)
    }
    guard let about else { return }
    if let driver = about.driver { accounts.insert(Account.driver(driver).name) }
    if let rider = about.rider { accounts.insert(Account.rider(rider).name) }
    if let account = about.account { accounts.insert(account) }
    if let movement = about.movement { movements.insert("\(header.type.rawValue):\(movement)") }
  }

  func isAbout(ride: String) -> Bool { rides.contains(ride) }
  func isAbout(account: String) -> Bool { accounts.contains(account) }

  /// Whether a service may have booked a journal since: it is about a ride or an account, or of a movement.
  func isAbout(journal: BookedLedger.Booked, named name: Identifier, of service: Identifier) -> Bool {
    rides.contains(journal.ride) || journal.postings.contains { accounts.contains($0.account.name) }
      || movements.contains(Identifier(name.text.droppingBytes(of: "\(service):")))
  }

  /// Whether a field of a service's state may be either way.
  func isAbout(_ hash: StateHash, field: String) -> Bool {
    switch hash.subject {
    case .ride: isClosing || rides.contains(field)
    case .rider: accounts.contains(Account.rider(field).name)
    case .driver: accounts.contains(Account.driver(field).name)
    case .account: accounts.contains(field)
    case .movement: movements.contains(field)
    case .anything: true
    }
  }

  /// The names in an event's data.
  private struct Names: JSONReadable {
    let driver: String?
    let rider: String?
    let account: String?
    let movement: String?

    init(from json: borrowing JSONValue) throws(JSONError) {
      var object = try json.object()
      driver = try object.optional("driverId")
      rider = try object.optional("riderId")
      account = try object.optional("account")
      movement = try object.optional("movement")
    }
  }
}
