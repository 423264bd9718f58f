import EventStreams

/// What events say of persons.
enum Persons {
  /// The fields of events that name a person, or pay for one.
  static let fields = ["riderEmail", "email", "token"]
  static let mask = JSONMask(fields)
}
