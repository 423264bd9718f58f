public import EventStreams

/// A ride has ended and is to be paid: what all services react to.
public struct RideCompleted: RideEvent, Hashable {
  /// The `type` field of such an event.
  public static let eventType: EventType = "RIDE_COMPLETED"
  /// The topic of such an event.
  public static let topic = RideTopics.rides

  /// The ride.
  public var rideID: String
  /// Who rode.
  public var riderID: String
  /// Who drove.
  public var driverID: String
  /// Where; all that happens in one city is in one shard.
  public var city: String
  /// What it costs.
  public var fare: Fare
  /// How it is paid.
  public var payment: Payment
  /// The way, in metres.
  public var distanceMeters: Int?
  /// The time, in seconds.
  public var durationSeconds: Int?
  /// When the ride was asked for.
  public var requestedAt: Timestamp?
  /// When it began.
  public var startedAt: Timestamp?
  /// When it ended.
  public var completedAt: Timestamp?
  /// Where it began.
  public var pickup: Coordinate?
  /// Where it ended.
  public var dropoff: Coordinate?
  /// Where the receipt goes.
  public var riderEmail: String?
  /// True if it is history that comes from elsewhere: it is booked however long ago it ended.
  public var isImported = false

  /// A completed ride with what it can't be without.
  public init(rideID: String, riderID: String, driverID: String, city: String, fare: Fare, payment: Payment) {
    self.rideID = rideID
    self.riderID = riderID
    self.driverID = driverID
    self.city = city
    self.fare = fare
    self.payment = payment
  }

  /// Reads and checks a completed ride.
  public init(from json: borrowing JSONValue) throws(JSONError) {
    var object = try json.object()
    rideID = try object["rideId"]
    riderID = try object["riderId"]
    driverID = try object["driverId"]
    city = try object["city"]
    fare = try object["fare"]
    distanceMeters = try object.optional("distanceMeters")
    durationSeconds = try object.optional("durationSeconds")
    requestedAt = try object.optional("requestedAt")
    startedAt = try object.optional("startedAt")
    completedAt = try object.optional("completedAt")
    pickup = try object.optional("pickup")
    dropoff = try object.optional("dropoff")
    payment = try object["payment"]
    riderEmail = try object.optional("riderEmail")
    isImported = try object.optional("imported") ?? false
    try check()
  }

  private func check() throws(JSONError) {
    try Identifier.checkName(rideID, "rideId")
    try Identifier.checkName(riderID, "riderId")
    try Identifier.checkName(driverID, "driverId")
    try Identifier.checkName(city, "city")
    if let distanceMeters { try Quantity.distance.check(distanceMeters, "distanceMeters") }
    if let durationSeconds { try Quantity.duration.check(durationSeconds, "durationSeconds") }
    // A scheduled ride may begin before the time it was asked for.
    if let startedAt, let completedAt, completedAt < startedAt {
      throw JSONError(path: "completedAt", problem: "\(completedAt) is before startedAt, \(startedAt)")
    }
    if let requestedAt, let completedAt, completedAt < requestedAt {
      throw JSONError(path: "completedAt", problem: "\(completedAt) is before requestedAt, \(requestedAt)")
    }
    if let riderEmail { try EmailAddress.check(riderEmail, "riderEmail") }
  }

  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("rideId", rideID)
      $0.field("riderId", riderID)
      $0.field("driverId", driverID)
      $0.field("city", city)
      $0.field("fare", fare)
      $0.field("distanceMeters", distanceMeters)
      $0.field("durationSeconds", durationSeconds)
      $0.field("requestedAt", requestedAt)
      $0.field("startedAt", startedAt)
      $0.field("completedAt", completedAt)
      $0.field("pickup", pickup)
      $0.field("dropoff", dropoff)
      $0.field("payment", payment)
      $0.field("riderEmail", riderEmail)
      if isImported { $0.field("imported", true) }
    }
  }
}
