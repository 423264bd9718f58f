/// Whether batches assume what is usually so, for speed, after assumptions that did not hold.
///
/// After a surprise a number of entries is encoded exactly; if the next surprise comes soon after them, twice as many. So a log that
/// surprises all the time, as one whose events were all published before, costs a few surprises, and one that surprises seldom
/// is fast again soon.
struct Speculation: Sendable, Hashable {
  private static let shortest = 1000
  private static let longest = 1 << 20

  /// Entries up to this one are encoded exactly in any case.
  private var exactThrough = EntryID.zero
  /// Entries that are still to be encoded exactly.
  private var left = 0
  /// How many were to be after the last surprise,
  private var length = 0
  /// and how many have been committed since without one.
  private var since = 0

  /// Whether the next batch may assume what is usually so.
  var isOn: Bool { left <= 0 && exactThrough == .zero }

  mutating func surprised(through last: EntryID) {
    length = length > 0 && since < 2 * length ? min(2 * length, Self.longest) : Self.shortest
    left = length
    since = 0
    exactThrough = last
  }

  mutating func committed(_ count: Int, position: EntryID?) {
    guard length > 0 else { return }
    since += count
    left -= count
    if let position, position >= exactThrough { exactThrough = .zero }
  }
}
