import EventStreams

/// A place in a list that is in the order of some texts, taken one after the other by their bytes.
public struct ListPlace: Sendable, Hashable, Comparable, CustomStringConvertible {
  private let parts: [Identifier]

  /// The place of what is sorted by these.
  public init(_ parts: String...) { self.parts = parts.map { Identifier($0) } }

  /// A place from its text; nil if it is none.
  init?(text: String) {
    var (parts, rest) = ([Identifier](), text.utf8[...])
    while !rest.isEmpty {
      guard let colon = rest.firstIndex(of: UInt8(ascii: ":")), let count = Int(Substring(rest[..<colon])), count >= 0,
        let end = rest.index(rest.index(after: colon), offsetBy: count, limitedBy: rest.endIndex)
      else { return nil }
      parts.append(Identifier(String(decoding: rest[rest.index(after: colon)..<end], as: UTF8.self)))
      rest = rest[end...]
    }
    self.parts = parts
  }

  /// Its text: each part with its length before it.
  public var description: String { parts.map { "\($0.text.utf8.count):\($0)" }.joined() }

  /// By their parts.
  public static func < (first: ListPlace, second: ListPlace) -> Bool {
    first.parts.lexicographicallyPrecedes(second.parts)
  }
}

extension Query {
  /// The part of a list that is asked for by `limit` and `cursor`.
  ///
  /// - Parameters:
  ///   - all: the list.
  ///   - place: what it is sorted by.
  /// - Returns: it, and the place that the next goes on from; nil if this is the last.
  public func part<Element>(
    of all: [Element], by place: (Element) -> ListPlace
  ) throws(Problem) -> (part: [Element], next: ListPlace?) {
    let (limit, cursor) = (try self.limit(), try self.cursor { ListPlace(text: $0) })
    let rest = all[(cursor.flatMap { cursor in all.firstIndex { place($0) > cursor } ?? all.endIndex } ?? 0)...]
    let part = Array(rest.prefix(limit))
    return (part, rest.count > limit ? part.last.map(place) : nil)
  }
}
