internal import CHiredis

/// What a connection says first: login, database, name, and the question for its own number, in one write.
struct Handshake {
  private enum Step {
    case login, database, name, number
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
    if url.database != 0 { add(.database, "SELECT", String(url.database)) }
    if let clientName { add(.name, "CLIENT", "SETNAME", clientName) }
    add(.number, "CLIENT", "ID")
  }

  private mutating func add(_ step: Step, _ arguments: String...) {
    steps.append(step)
    commands.append(arguments)
  }

  /// Sends the commands and reads the replies.
  ///
  /// - Returns: The connection's number, where the user may ask for it.
  /// - Throws: A ``RedisError`` that names the step; nothing the caller wanted was executed yet.
  func perform(on context: borrowing Context) throws(RedisError) -> Int? {
    do throws(RedisError) {
      try context.write(commands)
      var clientID: Int?
      for step in steps {
        let reply = try context.read(1).only()
        if let error = reply.root.error {
          if !isOptional(step, error) { throw described(error, step) }
        } else if step == .number {
          clientID = try reply.root.integer()
        }
      }
      return clientID
    } catch {
      var error = error
      error.endpoint = url.description
      error.mayHaveExecuted = false
      throw error
    }
  }

  /// Name and number are a convenience: a user without the permission, or a server without the command, can do without.
  private func isOptional(_ step: Step, _ error: RedisError) -> Bool {
    switch step {
    case .login, .database: false
    case .name, .number: error.code == .noPermission || error.message.hasPrefix("ERR unknown")
    }
  }

  private func described(_ error: RedisError, _ step: Step) -> RedisError {
    var error = error
    // A server that does not know AUTH repeats its arguments.
    if let password = url.password, !password.isEmpty {
      error.message = error.message.replacing(password, with: "***")
    }
    let action =
      switch step {
      case .login: url.user.map { "login as \($0) failed" } ?? "login failed"
      case .database: "selecting database \(url.database) failed"
      case .name: "naming the connection failed"
      case .number where error.code == .authentication: "login failed"
      case .number: "asking for the connection's number failed"
      }
    error.message = "\(action): \(error.message)"
    return error
  }
}
