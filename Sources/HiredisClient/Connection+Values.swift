extension Connection {
  /// The answer of one command that answers with a whole number.
  public func integer(_ arguments: [String]) throws(RedisError) -> Int {
    let reply = try call(arguments)
    return try reply.root.integer()
  }

  /// The answer of one command that answers with strings; whole numbers among them become strings.
  public func strings(_ arguments: [String]) throws(RedisError) -> [String] {
    let reply = try call(arguments)
    return try reply.root.strings()
  }
}
