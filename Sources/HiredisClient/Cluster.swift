#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The nodes of a cluster, used as if they were one server: the one place that knows which command goes where.
///
/// Commands are grouped by the node that has their keys' slots, each node gets its own with one write, all work side by side, and the answers
/// are put into the order of the commands. What a node answers with the address of another is sent there, what is refused because
/// a slot is on its way or a node has just fallen is sent again: none of it was executed. What may have been executed is never repeated here.
///
/// Confined to its connection's actor.
final class Cluster {
  private let url: RedisURL
  private let options: ConnectionOptions
  /// What all connections know of it.
  private let shared: SharedSlots
  /// What this one goes by; a copy of it is made only where it changes.
  private(set) var map: SlotMap
  private var version: Int
  private var nodes: [RedisURL.Address: ClusterNode] = [:]
  let changes = ClusterChanges()

  /// - Parameters:
  ///   - seed: a node, connected.
  ///   - url: how to log in to the others, and where else to ask.
  init(
    _ seed: consuming ServerSearch.Found, url: RedisURL, options: ConnectionOptions
  ) throws(RedisError) {
    self.url = url
    var options = options
    if options.toleratesLostNodes {
      options.connectTimeout = min(options.connectTimeout, Self.patience)
      options.responseTimeout = min(options.responseTimeout, Self.patience)
    }
    self.options = options
    let address = seed.address
    let node = ClusterNode(seed, of: url, options: options, counting: changes)
    shared = SharedSlots.of(url)
    (map, version) = try shared.known(patience: options.connectTimeout) { () throws(RedisError) in try node.slots() }
    nodes[address] = node
  }

  /// How long one node may keep the others waiting, for those who want that as short as can be.
  private static let patience = Duration.seconds(2)

  // MARK: Nodes

  /// Connects to every master that can be reached.
  ///
  /// - Throws: If it is none of them, why.
  func connect() throws(RedisError) {
    catchUp()
    var failures: [RedisError] = []
    for address in map.nodes { if let error = open(node(at: address)) { failures.append(error) } }
    guard !failures.isEmpty else { return }
    if refresh() {
      failures = []
      for address in map.nodes { if let error = open(node(at: address)) { failures.append(error) } }
    }
    if failures.count >= map.nodes.count, let error = failures.first { throw error }
  }

  /// The numbers of the connections to nodes, of those that tell.
  var clientIDs: [RedisURL.Address: Int] { nodes.compactMapValues(\.clientID) }

  /// Who answers what has no key.
  var home: RedisURL.Address? { map.owner(of: 0) ?? map.nodes.first }

  func close() {
    nodes = [:]
    written = Commands()
    begun = nil
  }

  private func node(at address: RedisURL.Address) -> ClusterNode {
    if let node = nodes[address] { return node }
    let node = ClusterNode(address, of: url, options: options, counting: changes)
    nodes[address] = node
    return node
  }

  /// Opens a node, unless it is; returns why that can't be.
  private func open(_ node: ClusterNode) -> RedisError? {
    node.closeIfStale()
    guard !node.isOpen else { return nil }
    do throws(RedisError) {
      try node.open()
      return nil
    } catch {
      return error
    }
  }

  // MARK: Slots

  /// Goes by what others have found out.
  ///
  /// - Returns: whether that is something else than before.
  @discardableResult
  private func catchUp() -> Bool {
    guard version != shared.version, let known = shared.known else { return false }
    version = known.version
    guard known.map != map else { return false }
    map = known.map
    changes.count += 1
    nodes = nodes.filter { map.nodes.contains($0.key) }
    return true
  }

  /// Asks the nodes, until one answers, who has which slots, unless somebody else does.
  ///
  /// - Returns: whether anything has changed.
  private func refresh() -> Bool {
    switch shared.turn(knowing: version, patience: options.connectTimeout) {
    case .own: shared.end(ask())
    case .known: break
    case .tooEarly: return false
    }
    return catchUp()
  }

  private func ask() -> SlotMap? {
    let open = nodes.values.filter(\.isOpen).map(\.address)
    for address in open + (map.nodes + [url.address] + url.alternatives).filter({ !open.contains($0) }) {
      let node = node(at: address)
      if self.open(node) == nil, let found = try? node.slots() { return found }
    }
    return nil
  }

  private func move(to redirect: Redirect) {
    shared.move(redirect.slot, to: redirect.address)
    catchUp()
  }

  // MARK: Commands

  /// Commands that were written and not sent yet.
  private var written = Commands()
  /// What was sent of them.
  private var begun: Pipeline?

  /// Takes commands whose replies ``receive(_:)`` gets. They wait for those before them: what must be sent again must not be overtaken.
  func write(_ commands: Commands) { written.append(contentsOf: commands) }

  /// The replies to the next commands that were written.
  ///
  /// - Parameter count: in one or several of the portions in which they were written.
  func receive(_ count: Int) throws(RedisError) -> Replies {
    let pipeline = begun ?? begin(takeWritten(count))
    begun = nil
    precondition(pipeline.commands.count == count, "replies of a cluster are received as their commands were written")
    let replies = try finish(pipeline)
    if !written.isEmpty { begun = begin(takeWritten(written.count)) }
    return replies
  }

  private func takeWritten(_ count: Int) -> Commands {
    var (taken, rest) = (Commands(), Commands())
    taken.append(0..<count, of: written)
    rest.append(count..<written.count, of: written)
    written = rest
    return taken
  }

  /// Sends commands and waits for their replies.
  ///
  /// - Parameters:
  ///   - commands: whatever their keys.
  ///   - server: a master that gets all of them; nil to send them where their keys are.
  ///   - asItIs: true to use only the connections that there are, and to follow nobody elsewhere.
  func send(
    _ commands: Commands, to server: RedisURL.Address? = nil, asItIs: Bool = false
  ) throws(RedisError) -> Replies {
    try finish(begin(commands, to: server, asItIs: asItIs))
  }

  private func begin(_ commands: Commands, to server: RedisURL.Address? = nil, asItIs: Bool = false) -> Pipeline {
    if !asItIs { catchUp() }
    var pipeline = Pipeline(commands: commands, errands: commands.errands(), isFollowing: !asItIs && server == nil)
    var targets: [Target] = []
    var last = home
    for (index, errand) in pipeline.errands.enumerated() {
      last = server ?? errand.slot.flatMap { map.owner(of: $0) } ?? last
      targets.append(Target(errand: index, address: last))
    }
    pipeline.parts = dispatch(targets, of: pipeline, connecting: !asItIs)
    return pipeline
  }

  /// Sends each node what is meant for it.
  private func dispatch(_ targets: [Target], of pipeline: Pipeline, connecting: Bool) -> [Part] {
    var parts: [Part] = []
    for target in targets {
      let node = node(at: target.address ?? url.address)
      var index = parts.firstIndex { $0.node === node && $0.isAsking == target.isAsking } ?? parts.count
      if index == parts.count {
        parts.append(Part(node: node, isAsking: target.isAsking))
        index = parts.count - 1
      }
      parts[index].errands.append(target.errand)
      if target.isAsking { parts[index].commands.append("ASKING") }
      parts[index].commands.append(pipeline.errands[target.errand].commands, of: pipeline.commands)
    }
    for index in parts.indices {
      let node = parts[index].node
      if connecting {
        parts[index].failure = open(node)
      } else {
        node.closeIfStale()
        if !node.isOpen { parts[index].failure = node.closed }
      }
      guard parts[index].failure == nil else { continue }
      do throws(RedisError) {
        try node.write(parts[index].commands)
      } catch {
        parts[index].failure = error
      }
    }
    return parts
  }

  /// Waits for all replies, and has sent elsewhere, or once more, what was not executed.
  private func finish(_ pipeline: consuming Pipeline) throws(RedisError) -> Replies {
    var pipeline = pipeline
    var replies = Replies(capacity: pipeline.commands.count, in: try ReplyMemory())
    // Of each command the place of its last reply.
    var places = Array(repeating: 0, count: pipeline.commands.count)
    // Why an errand has no answer of its node's.
    var failures: [Int: RedisError] = [:]
    var attempt = 0
    while true {
      var again: [Target] = []
      // Before anything is asked of any node, all that is on its way from it must have come.
      for index in pipeline.parts.indices {
        pipeline.parts[index].failure = try collect(pipeline.parts[index], of: pipeline, &replies, &places)
      }
      for part in pipeline.parts {
        let failure = part.failure
        for errand in part.errands {
          failures[errand] = failure
          switch verdict(errand, of: pipeline, at: part.node, failure, replies, places) {
          case .isThrough: break
          case .goesOn(let target): again.append(target)
          case .isStopped(let error):
            guard options.toleratesLostNodes else { break }
            for command in pipeline.errands[errand].commands {
              try replies.append(errorLine: Self.line(about: part.node, error))
              places[command] = replies.count - 1
            }
          }
        }
      }
      guard !again.isEmpty, pipeline.isFollowing, attempt < Self.mostAttempts else { break }
      attempt += 1
      if again.contains(where: { $0.address == nil }) { Self.pause(before: attempt) }
      again.sort { $0.errand < $1.errand }
      for index in again.indices where again[index].address == nil {
        again[index].address = pipeline.errands[again[index].errand].slot.flatMap { map.owner(of: $0) } ?? home
      }
      pipeline.parts = dispatch(again, of: pipeline, connecting: true)
    }
    if var failure = failures.values.first, !options.toleratesLostNodes {
      failure.mayHaveExecuted = failure.mayHaveExecuted || pipeline.errands.count > 1
      throw failure
    }
    replies.arrange(places)
    return replies
  }

  /// Often enough for a slot that takes half a second to move.
  private static let mostAttempts = 24

  /// A slot that is on its way arrives when it does. The thread is this connection's own, and what comes next must not overtake.
  private static func pause(before attempt: Int) {
    usleep(UInt32(min(100, 1 << min(attempt, 10))) * 1000)
  }

  /// Takes in what a node answers to its part. Where it stops answering, the rest is answered with that error.
  ///
  /// - Returns: that error.
  private func collect(
    _ part: Part, of pipeline: borrowing Pipeline, _ replies: inout Replies, _ places: inout [Int]
  ) throws(RedisError) -> RedisError? {
    var failure = part.failure
    for errand in part.errands {
      for (index, command) in pipeline.errands[errand].commands.enumerated() {
        if failure == nil {
          do throws(RedisError) {
            // The answer to ASKING.
            if part.isAsking, index == 0 { try part.node.read(into: &replies) }
            try part.node.read(into: &replies)
          } catch {
            failure = error
          }
        }
        if let failure { try replies.append(errorLine: Self.line(about: part.node, failure)) }
        places[command] = replies.count - 1
      }
    }
    return failure
  }

  /// The error that stands for all that one node, and no other, has to do with.
  private static func line(about node: ClusterNode, _ error: RedisError) -> String {
    "CLUSTERDOWN \(node.name): \(error.message)"
  }

  /// Where an errand stands after a node's answer. None of what goes on was executed.
  private func verdict(
    _ number: Int, of pipeline: borrowing Pipeline, at node: ClusterNode, _ failure: RedisError?,
    _ replies: borrowing Replies, _ places: [Int]
  ) -> Verdict {
    let errand = pipeline.errands[number]
    for command in errand.commands {
      guard let error = replies[places[command]].error else { continue }
      switch error.code {
      case .clusterRedirect:
        guard let redirect = Redirect(error.message, from: node.address) else { return .isThrough }
        if redirect.kind == .moved { move(to: redirect) }
        return .goesOn(Target(errand: number, address: redirect.address, isAsking: redirect.kind == .ask))
      case .clusterUnavailable where error.prefix == "TRYAGAIN": return .goesOn(Target(errand: number))
      case .clusterUnavailable where failure?.mayHaveExecuted == true: return .isThrough
      case .clusterUnavailable, .readOnly, .masterDown, .serverLoading:
        _ = refresh()
        if let owner = errand.slot.flatMap({ map.owner(of: $0) }), owner != node.address {
          return .goesOn(Target(errand: number, address: owner))
        }
        return error.code == .clusterUnavailable ? .isThrough : .isStopped(error)
      case _ where error.isRetriable: return .isStopped(error)
      default: continue
      }
    }
    return .isThrough
  }
}
