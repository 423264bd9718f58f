/// The last stars that somebody was given: as many as count for the mean, so that what is kept of a person is bounded.
public struct RecentRatings: Sendable, Hashable {
  /// So many count at most.
  public static let longest = 500

  /// Hash: `driver:<id>` or `rider:<id>` -> a digit for each rating, the last one last.
  static let hash = "recent"

  private var digits: [UInt8]

  /// Those that are stored; none if nothing is.
  init(stored text: String?) {
    digits = (text?.utf8).map { $0.filter { (UInt8(ascii: "1")...UInt8(ascii: "5")).contains($0) } } ?? []
  }

  /// Takes in another one; the oldest gives way.
  mutating func add(_ stars: Int) {
    digits.append(UInt8(ascii: "0") + UInt8(clamping: stars))
    digits.removeFirst(max(0, digits.count - Self.longest))
  }

  /// As they are stored.
  var text: String { String(decoding: digits, as: UTF8.self) }
  /// How many there are.
  public var count: Int { digits.count }
  /// What they come to.
  public var stars: Int { digits.reduce(0) { $0 + Int($1 - UInt8(ascii: "0")) } }
}
