/// Why an event is held: what it takes to read it, and the same for people.
struct Unread: Sendable {
  let need: ReadingNeed
  let reason: String
}
