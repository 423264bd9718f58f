/// A handler's call for one event, and what the service orders that event by.
@usableFromInline
struct BoundCall: Sendable {
  /// Nil if nobody asked for it.
  let key: String?
  let call: EventHandler.Call

  @usableFromInline
  init(key: String?, call: @escaping EventHandler.Call) {
    self.key = key
    self.call = call
  }
}
