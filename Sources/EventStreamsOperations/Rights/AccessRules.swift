public import EventStreams

/// The least that a user of the server needs for a task, as rules for `ACL SETUSER`, made from what the task declares.
///
/// A function's commands are checked one by one, as if the user sent them: what a worker may not do, its functions may not either. No
/// worker can delete or trim a log, or touch what another service keeps.
public struct AccessRules: Sendable, Hashable {
  /// Rules in the order in which they are given; one that is put in parentheses is a selector of its own.
  public let rules: [String]

  /// The command that gives a user these rights, and takes all others; a password and `on` are the operator's.
  public func command(for user: String) -> String {
    let quoted = rules.map { $0.contains(" ") ? "\"\($0)\"" : $0 }
    return "ACL SETUSER \(user) resetkeys resetchannels clearselectors -@all \(quoted.joined(separator: " "))"
  }

  /// What every connection does.
  private static let connecting = [
    "+ping", "+select", "+time", "+info", "+config|get", "+client|setname", "+client|id", "+function|list",
    "+cluster|slots", "+asking",
  ]

  /// Waiting for confirmation: `WAIT`, and `WAITAOF` where there is one, which can't be named where there is none.
  private static let confirming = ["+@connection", "-@dangerous"]

  /// Hearing of what comes into the logs of a cluster.
  private static let listening = ["+client|tracking", "+client|caching", "+subscribe", "&__redis__:invalidate"]

  /// A worker of a service: its part of the logs, and its own state.
  ///
  /// - Parameters:
  ///   - service: its name.
  ///   - namespace: of which it is.
  ///   - stores: whether it keeps events in a store of its own, which the namespace knows.
  ///   - trims: whether it may remove from the logs what everybody has handled.
  ///   - looks: whether it reads what other services keep: for what is done for all of them.
  public static func worker(
    _ service: String, in namespace: Namespace, stores: Bool = false, trims: Bool = false, looks: Bool = false
  ) -> AccessRules {
    let keys = RuntimeKeys(namespace)
    let own = keys.own(service)
    var rules = connecting + ["+client|list", "+client|kill", "+client|unblock", "+multi", "+exec"] + listening
    rules += [
      selector("+fcall", on: keys.shared, own),
      selector(
        "+xreadgroup +xread +xadd +xack +xclaim +xpending +xrange +xrevrange +xlen +xinfo|stream +xinfo|groups +xinfo|consumers +xgroup|create +xgroup|createconsumer +xgroup|setid +xgroup|delconsumer +xsetid +exists",
        on: keys.logs),
      selector("+@hash +exists +pexpire", on: keys.seen, keys.topics, keys.inbox, keys.rewound),
      selector("+get +set", on: keys.clock),
      selector("+get", on: keys.sealed, with: "%R~"),
      selector("+@hash +@sortedset +get +mget +set +strlen +del +exists +pexpire", on: keys.scheduled),
      selector("+@hash +@set +@sortedset +@stream +@string +@list +@keyspace -@dangerous", on: own),
      selector("+hget +hmget +hgetall +exists", on: keys.configuration, with: "%R~"),
    ]
    if stores { rules.append(selector("+hget +hset +hsetnx", on: [namespace.configuration])) }
    if trims { rules.append(selector("+xtrim +xdel", on: keys.logs)) }
    if looks { rules.append(selector("+@read -@dangerous", on: keys.all, with: "%R~")) }
    return AccessRules(rules: rules)
  }

  /// A producer: it adds events, and reads back where they stand.
  public static func publisher(in namespace: Namespace) -> AccessRules {
    let keys = RuntimeKeys(namespace)
    let rules: [String] = [
      selector("+fcall", on: keys.prefixes, keys.logs, keys.seen, keys.clock, keys.topics, keys.scheduled),
      selector("+xadd +xlen +xread +xrange +xrevrange +xinfo|stream +xinfo|groups +exists", on: keys.logs),
      selector("+@hash +exists +pexpire", on: keys.seen, keys.topics),
      selector("+get +set", on: keys.clock, keys.confirmed),
      selector("+get", on: keys.sealed, with: "%R~"),
      selector("+@hash +@sortedset +get +mget +set +strlen +del +exists +pexpire", on: keys.scheduled),
      selector("+hget +hmget +hgetall +exists", on: keys.configuration, with: "%R~"),
    ]
    return AccessRules(rules: confirming + connecting + rules)
  }

  /// An operator who looks at everything and changes nothing.
  public static func observer(of namespace: Namespace) -> AccessRules {
    let keys = RuntimeKeys(namespace)
    let rules: [String] = [
      "+multi", "+exec", "+scan", "+memory|usage", "+cluster|shards", "+role",
      selector("+@read +memory|usage -@dangerous", on: keys.all, keys.beside, with: "%R~"),
    ]
    return AccessRules(rules: connecting + rules)
  }

  /// Who makes the namespace and loads the functions, and may do all else with it.
  public static func installer(of namespace: Namespace) -> AccessRules {
    let keys = RuntimeKeys(namespace)
    let rules: [String] = [
      "+function|load", "+multi", "+exec", "+scan", "+client|list", "+client|kill", "+client|unblock",
      "+cluster|shards", "+role",
      selector("+@read +@write +@blocking +fcall -@dangerous", on: keys.all, keys.beside),
    ]
    return AccessRules(rules: confirming + connecting + rules)
  }

  private static func selector(_ commands: String, on keys: [String]..., with access: String = "~") -> String {
    let patterns: [String] = keys.flatMap { $0 }.map { access + $0 }
    return "(\(commands) \(patterns.joined(separator: " ")))"
  }
}
