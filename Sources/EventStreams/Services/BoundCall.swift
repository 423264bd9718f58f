/// A handler's call for one event, what the service orders that event by, and what the call is going to read.
@usableFromInline
struct BoundCall: Sendable {
  /// Nil if nobody asked for it.
  let key: String?
  /// Fields of the service's state to read ahead; none if nobody asked for them.
  let reads: [StateField]
  let call: EventHandler.Call

  @usableFromInline
  init(key: String?, reads: [StateField], call: @escaping EventHandler.Call) {
    self.key = key
    self.reads = reads
    self.call = call
  }
}
