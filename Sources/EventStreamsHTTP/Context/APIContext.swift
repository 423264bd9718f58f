public import Hummingbird
import Logging
import NIOCore

/// What is known of a request while it is answered.
public struct APIContext: RequestContext {
  /// What Hummingbird keeps.
  public var coreContext: CoreRequestContextStorage
  /// Its number: the client's, or a new one.
  var requestID = ""
  /// Who makes it; nil for nobody known.
  package internal(set) var principal: Principal? {
    get { asker.principal }
    nonmutating set { asker.principal = newValue }
  }
  /// Known to whatever stands before the one that finds it out, too.
  private let asker = Asker()
  /// Where it comes from; a Unix socket's clients are all the same.
  let peer: String
  /// How long Redis took for it.
  let redisTime = Stopwatch()

  /// A request that has come in.
  public init(source: ApplicationRequestContextSource) {
    coreContext = CoreRequestContextStorage(source: source)
    peer = source.channel.remoteAddress?.ipAddress ?? "local"
  }

  /// Does something that Redis is asked for.
  package func measuringRedis<Value>(_ body: () async throws -> Value) async rethrows -> Value {
    try await redisTime.measure(body)
  }

  /// A piece of the path, by its name in the route.
  package func parameter(_ name: String) throws(Problem) -> String {
    guard let text = parameters.get(name)?.fromAddress, !text.isEmpty else { throw .notFound() }
    return text
  }
}
