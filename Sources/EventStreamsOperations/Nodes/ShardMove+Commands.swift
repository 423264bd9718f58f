public import HiredisClient

extension ShardMove {
  /// The lines of a shell that carry it out with `redis-cli`.
  ///
  /// - Parameters:
  ///   - url: how to log in; the password is not in the lines, but taken from `REDISCLI_AUTH`.
  ///   - whole: whether the servers can move slots as one (`CLUSTER MIGRATESLOTS`).
  public func commands(_ url: RedisURL, whole: Bool) -> [String] {
    let shell = ClusterShell(url: url)
    let (from, to) = (shell.cli(source.address), shell.cli(target.address))
    let (sourceID, targetID) = (source.id ?? "", target.id ?? "")
    if whole {
      // It goes on by itself from there: `CLUSTER GETSLOTMIGRATIONS` tells how far it is.
      return ["\(from) CLUSTER MIGRATESLOTS SLOTSRANGE \(slot) \(slot) NODE \(targetID)"]
    }
    return [
      "\(to) CLUSTER SETSLOT \(slot) IMPORTING \(sourceID)",
      "\(from) CLUSTER SETSLOT \(slot) MIGRATING \(targetID)",
      "while keys=$(\(from) CLUSTER GETKEYSINSLOT \(slot) 10) && [ -n \"$keys\" ]; do "
        + "printf '%s\\n' \"$keys\" | xargs -d '\\n' \(from) MIGRATE \(shell.place(target.address)) '' 0 60000\(shell.login) KEYS; done",
      "\(to) CLUSTER SETSLOT \(slot) NODE \(targetID)",
      "\(from) CLUSTER SETSLOT \(slot) NODE \(targetID)",
    ]
  }
}
