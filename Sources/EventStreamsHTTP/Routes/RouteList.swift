import Synchronization

/// The routes there are, for what is made before they are.
final class RouteList: Sendable {
  private let list = Mutex<[Route]>([])

  var routes: [Route] { list.withLock { $0 } }

  func set(_ routes: [Route]) { list.withLock { $0 = routes } }
}
