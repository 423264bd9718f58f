import EventStreams

/// What became of all topics of a shard together.
extension [Trimmer.Result] {
  var removed: Int { reduce(0) { $0 + $1.removed } }
  var keptBy: String? { lazy.compactMap(\.keptBy).first }
  var distrust: String? { lazy.compactMap(\.distrust).first }
}
