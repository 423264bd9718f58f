import Synchronization

/// Who makes a request, once that is known.
final class Asker: Sendable {
  private let known = Mutex<Principal?>(nil)

  var principal: Principal? {
    get { known.withLock { $0 } }
    set { known.withLock { $0 = newValue } }
  }
}
