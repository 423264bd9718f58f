internal import CHiredis

/// What a connection says first: login, the question who is there, database and name, in one write.
struct Handshake {
  private enum Step {
    case login, greeting, database, name
  }

  private let url: RedisURL
  private var steps: [Step] = []
  private var commands = Commands()

  init(url: RedisURL, clientName: String?) {
    self.url = url
    if let user = url.user {
      add(.login, "AUTH", user, url.password ?? "")
    } else if let password = url.password {
      add(.login, "AUTH", password)
    }
    add(.greeting, "HELLO", "2")
    if url.database != 0 { add(.database, "SELECT", String(url.database)) }
    if let clientName { add(.name, "CLIENT", "SETNAME", clientName) }
  }

  private mutating func add(_ step: Step, _ arguments: String...) {
    steps.append(step)
    commands.append(arguments)
  }

  /// Sends the commands and reads the replies.
  ///
  /// - Throws: A ``RedisError`` that names the step; nothing the caller wanted was executed yet.
  func perform(on context: inout Context) throws(RedisError) -> Greeting {
    var isAnswered = false
    do throws(RedisError) {
      try context.write(commands)
      var refusals: [RedisError] = []
      var greeting = Greeting()
      for step in steps {
        let reply = try context.read(1).only()
        isAnswered = true
        if let error = reply.root.error {
          if !isOptional(step, error) { refusals.append(described(error, step)) }
        } else if step == .greeting {
          greeting = try Self.greeting(reply.root)
        }
      }
      // A Sentinel has no databases, and its own logins: where it asks for none it needs none.
      if greeting.mode != .sentinel, let refusal = refusals.first { throw refusal }
      return greeting
    } catch {
      var error = isAnswered ? error : suspected(error)
      error.endpoint = context.endpoint
      error.mayHaveExecuted = false
      throw error
    }
  }

  private static func greeting(_ reply: ReplyNode) throws(RedisError) -> Greeting {
    Greeting(
      clientID: try reply[field: "id"].integer(),
      mode: Greeting.Mode(rawValue: try reply[field: "mode"].string()) ?? .standalone,
      isReplica: try reply[field: "role"].optionalString().map { $0 != "master" } ?? false)
  }

  /// What is asked and the name are a convenience: a user without the permission, or a server without the command, can do without.
  private func isOptional(_ step: Step, _ error: RedisError) -> Bool {
    switch step {
    case .login, .database: false
    case .name, .greeting: error.code == .noPermission || error.message.hasPrefix("ERR unknown")
    }
  }

  private func described(_ error: RedisError, _ step: Step) -> RedisError {
    var error = error
    if error.prefix == "NOAUTH", url.password == nil {
      error.message = "NOAUTH: it wants a password, and the URL has none"
    }
    // A server that does not know AUTH repeats its arguments.
    if let password = url.password, !password.isEmpty {
      error.message = error.message.replacing(password, with: "***")
    }
    let action =
      switch step {
      case .login: url.user.map { "login as \($0) failed" } ?? "login failed"
      case .greeting where error.code == .authentication: "login failed"
      case .greeting: "asking what it is failed"
      case .database: "selecting database \(url.database) failed"
      case .name: "naming the connection failed"
      }
    error.message = "\(action): \(error.message)"
    return error
  }

  /// What it looks like when plain bytes are sent to a port that wants TLS.
  private func suspected(_ error: RedisError) -> RedisError {
    guard url.tls == nil, case .tcp = url.address else { return error }
    // The alert, in the record that TLS puts it into.
    if error.code == .protocolViolation, error.message.contains(#""\x15""#) {
      return RedisError(.tls, "it speaks TLS there; use rediss://")
    }
    guard error.code == .connectionClosed else { return error }
    return RedisError(.connectionClosed, "\(error.message); if that is its port for TLS, use rediss://")
  }
}
