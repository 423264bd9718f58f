extension Namespace {
  /// What the keys begin with that a run of a rebuild writes beside a service's state; of all runs if it is nil.
  package func staged(_ shard: Int, _ service: String, _ run: RebuildRun? = nil, _ name: String = "") -> String {
    "\(prefix(shard)):rebuild:\(service):\(run.map { "\($0.name):" } ?? "")\(name)"
  }
}
