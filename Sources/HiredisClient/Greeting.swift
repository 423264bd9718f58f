/// What a server says of itself when a connection is made (`HELLO`).
struct Greeting {
  /// What kind of server it is; more kinds may be added.
  enum Mode: String {
    case standalone, sentinel, cluster
  }

  /// The server's number for the connection; `nil` where it doesn't tell.
  var clientID: Int?
  var mode = Mode.standalone
  /// Whether it follows another server, and takes no writes.
  var isReplica = false
}
