/// A handler's call, boxed: a function can't be a generic result under typed throws.
struct BoundCall {
  let call: EventHandler.Call
}
