/// An event is of a newer version than this program reads: whoever reckons with all events can't do so here.
public struct NewerEvent: Error, Sendable, CustomStringConvertible {
  /// What it says to people.
  public let description: String

  package init(_ header: EventHeader, known: Int) {
    description =
      "event \(header.id) is version \(header.version) of \(header.type), and this program reads up to \(known): do this with the newer version of the program"
  }
}
