/// Finds the server that a URL means: the first of its hosts that is a master, the master that a Sentinel among them names, or any node of a
/// cluster, which knows the others.
///
/// What a host is is asked, not configured. A server that is no master is refused though it answers: one that came back after another
/// took its place takes writes that nobody will ever see, until it is told.
struct ServerSearch {
  /// A connection that is open and logged in.
  struct Found: ~Copyable {
    var context: Context
    let greeting: Greeting
    let address: RedisURL.Address
  }

  let url: RedisURL
  let options: ConnectionOptions

  /// - Throws: A ``RedisError`` that says of each host why it is of no use.
  func open() throws(RedisError) -> Found {
    var failures: [RedisError] = []
    for address in [url.address] + url.alternatives {
      do throws(RedisError) {
        let found = try connect(to: address)
        guard found.greeting.mode == .sentinel else { return try checked(found) }
        var sentinel = found.context
        return try checked(try connect(to: try SentinelQuestion(url.master).ask(&sentinel)))
      } catch {
        failures.append(error)
      }
    }
    throw combined(failures)
  }

  /// Connects to one of them, whatever it is.
  func connect(to address: RedisURL.Address) throws(RedisError) -> Found {
    var context = try Context.connect(to: address, of: url, options: options)
    let greeting = try Handshake(url: url, clientName: options.clientName).perform(on: &context)
    return Found(context: context, greeting: greeting, address: address)
  }

  private func checked(_ found: consuming Found) throws(RedisError) -> Found {
    let endpoint = found.context.endpoint
    switch found.greeting.mode {
    case .standalone: break
    case .sentinel: throw RedisError(.unreachable, "a Sentinel stands where the master should be", endpoint: endpoint)
    // A replica knows as well as its master who has what.
    case .cluster: return found
    }
    if found.greeting.isReplica, !options.acceptsReplica {
      throw RedisError(.readOnly, "it is a replica, which takes no writes; its master is needed", endpoint: endpoint)
    }
    return found
  }

  /// One failure as it is; of several what each is, with the kind of one that may pass, if there is any.
  private func combined(_ failures: [RedisError]) -> RedisError {
    if failures.count == 1 { return failures[0] }
    let said = failures.map { "\($0.endpoint ?? "?"): \($0.message)" }.joined(separator: "; ")
    let code = (failures.first { $0.isRetriable } ?? failures[0]).code
    return RedisError(code, said, endpoint: "\(failures.count) places")
  }
}
