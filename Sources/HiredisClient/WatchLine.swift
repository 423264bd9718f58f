/// A connection on which a node of a cluster tells of keys.
final class WatchLine {
  private var context: Context
  /// The node's number for it.
  let clientID: Int

  /// Connects, and listens.
  init(to server: RedisURL.Address, of url: RedisURL, options: ConnectionOptions) throws(RedisError) {
    let found = try ServerSearch(url: url, options: options).connect(to: server)
    guard let id = found.greeting.clientID else {
      throw RedisError(.noPermission, "it may not ask for its number", endpoint: found.context.endpoint)
    }
    clientID = id
    context = found.context
    var commands = Commands()
    commands.append("SUBSCRIBE", Self.channel)
    try context.write(commands)
    try context.read(1).check()
  }

  /// Where servers tell those of it who can't be told beside answers.
  private static let channel = "__redis__:invalidate"

  var descriptor: Int32 { context.descriptor }

  /// Takes in what has come.
  func hear(_ changes: inout KeyChanges) {
    do throws(RedisError) {
      let messages = try context.readWhatComes()
      for index in 0..<messages.count {
        // `message`, the channel, and keys: without any, all are meant.
        let keys = messages[index][2]
        try messages[index].check()
        if keys.isNil { changes.addAll() } else { changes.add(try keys.strings()) }
      }
    } catch {
      changes = .unknown(error)
    }
  }
}
