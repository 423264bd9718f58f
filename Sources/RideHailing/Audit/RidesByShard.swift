import EventStreams

/// In which shards rides were completed: a ride belongs to one.
///
/// Holds eight bytes of each ride; who meets one again looks at the services' state.
struct RidesByShard {
  private var shards: [UInt64: Int] = [:]

  /// Takes in a ride.
  ///
  /// - Returns: another shard in which a ride was completed that is very likely the same; nil if there is none.
  mutating func add(_ ride: Identifier, shard: Int) -> Int? {
    let digest = Digest.fnv1a(ride.text)
    guard let other = shards[digest] else {
      shards[digest] = shard
      return nil
    }
    return other == shard ? nil : other
  }
}
