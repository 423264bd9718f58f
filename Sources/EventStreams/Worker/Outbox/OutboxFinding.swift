/// What the places that an outbox and an inbox know of each other say.
enum OutboxFinding: Equatable {
  /// Nothing: the shard that gets the entries has what it was given, and maybe had some whose answer was lost.
  case none
  /// It does not have all that it has said to have, and was given nothing: it has gone back to an earlier moment.
  case targetWentBack
  /// It had an entry that was neither removed from the outbox nor read of it: either somebody else has read more, or the shard that the
  /// entries come from has gone back, and knows that one no more.
  case unknownPlace

  /// - Parameters:
  ///   - had: the last entry of the outbox that the inbox had.
  ///   - sent: the last that was removed from the outbox.
  ///   - entries: what it was given now, the first that the outbox had for it.
  init(had: EntryID, sent: EntryID, entries: some Collection<EntryID>) {
    self =
      if had < sent {
        .targetWentBack
      } else if had == sent || entries.contains(had) {
        .none
      } else {
        .unknownPlace
      }
  }
}
