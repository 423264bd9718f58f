extension RedisError {
  /// The error that a server's error line stands for: its first word is the kind.
  ///
  /// - Parameters:
  ///   - serverLine: The line without the leading `-`, with or without its line end.
  ///   - endpoint: The server's URL without the password.
  public init(serverLine: String, endpoint: String? = nil) {
    let line = serverLine.prefix { !$0.isNewline }
    self.init(Self.code(ofServerLine: line), String(line), endpoint: endpoint)
  }

  static func code(ofServerLine line: Substring) -> Code {
    switch line.prefix(while: { $0 != " " }) {
    case "OOM": .outOfMemory
    case "LOADING": .serverLoading
    case "READONLY": .readOnly
    // Not if a client asked for it.
    case "UNBLOCKED" where !line.contains("CLIENT UNBLOCK"): .readOnly
    case "MISCONF": .persistenceFailure
    case "NOREPLICAS": .notEnoughReplicas
    case "MASTERDOWN": .masterDown
    case "NOAUTH", "WRONGPASS", "DENIED": .authentication
    case "NOPERM": .noPermission
    case "NOGROUP": .noGroup
    case "BUSYGROUP": .busyGroup
    case "MOVED", "ASK": .clusterRedirect
    case "CLUSTERDOWN", "TRYAGAIN": .clusterUnavailable
    case "WRONGTYPE": .wrongType
    case "BUSY": .busyScript
    case "ERR": code(ofUnnamedError: line.dropFirst(4))
    default: .server
    }
  }

  /// Old kinds of error have no word of their own, only a text that has stayed the same over the versions.
  private static func code(ofUnnamedError text: Substring) -> Code {
    if text.hasPrefix("Function not found") { return .functionMissing }
    if text.hasPrefix("max number of clients reached") { return .tooManyClients }
    if text.hasPrefix("invalid password") || text.hasPrefix("AUTH <password> called without any password") {
      return .authentication
    }
    return .server
  }
}
