import DequeModule

/// Pages that are not decoded yet, in the order of the log, which knows how much it holds.
struct PageQueue: Sendable {
  private(set) var pages: Deque<Page> = []
  private(set) var load = Load()

  var isEmpty: Bool { pages.isEmpty }

  mutating func append(_ page: Page) {
    pages.append(page)
    load += page.load
  }

  mutating func prepend(_ page: Page) {
    pages.prepend(page)
    load += page.load
  }

  mutating func popFirst() -> Page? {
    guard let first = pages.popFirst() else { return nil }
    load -= first.load
    return first
  }

  /// Gives up on all; returns how many events that are.
  mutating func removeAll() -> Int {
    defer { self = PageQueue() }
    return load.events
  }
}
