/// An event that a service has not settled, and that its history does not give out any more.
struct HistoryLoss: Error, CustomStringConvertible {
  let shard: Int
  let event: EntryID

  var description: String {
    "shard \(shard): the history does not hold \(event) any more, which is not handled: put back what it held"
  }
}
