/// One event's text out of a file or standard input, or why there is none.
public struct InputDocument: Sendable, Hashable {
  /// Where it begins.
  public struct Place: Sendable, Hashable, CustomStringConvertible {
    /// From 1.
    public let line: Int
    /// Of an array's elements, from 1; nil if the input is no array.
    public let element: Int?

    /// A place in the input.
    public init(line: Int, element: Int? = nil) {
      self.line = line
      self.element = element
    }

    /// `line 3`, or `element 2 (line 17)`
    public var description: String { element.map { "element \($0) (line \(line))" } ?? "line \(line)" }
  }

  /// Where it begins.
  public let place: Place
  /// The text; empty if there is a problem.
  public let json: [UInt8]
  /// Why it is not even worth reading: too long, or the input ends in its middle.
  public let problem: String?

  init(place: Place, json: [UInt8]) {
    self.place = place
    self.json = json
    problem = nil
  }

  init(place: Place, problem: String) {
    self.place = place
    json = []
    self.problem = problem
  }
}
