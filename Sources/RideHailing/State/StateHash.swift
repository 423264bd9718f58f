/// A hash of a service's state, and what its fields are about: what an event that is still on its way may change, the audit leaves alone.
public struct StateHash: Sendable, Hashable {
  /// What a field is about.
  public enum Subject: Sendable {
    /// The field is a ride.
    case ride
    /// The field is a rider.
    case rider
    /// The field is a driver.
    case driver
    /// The field is the name of an account.
    case account
    /// The field is a movement of an account.
    case movement
    /// Any event may change it.
    case anything
  }

  /// The hash's name within the service's state.
  public let name: String
  /// What its fields are about.
  public let subject: Subject

  /// A hash of a service's state.
  public init(_ name: String, of subject: Subject) {
    self.name = name
    self.subject = subject
  }
}
