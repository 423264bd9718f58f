import Hummingbird
import HummingbirdCore
import Logging
import NIOCore

extension Application {
  /// An application that takes of its clients what servers here take, and waits for them as long.
  init<Context: RequestContext>(
    listeningAt address: ListenAddress, showing certificate: ServerCertificate? = nil, router: Router<Context>,
    log: Logger,
    _ onListening: @escaping @Sendable (ListenAddress) async -> Void
  ) where Responder == RouterResponder<Context> {
    typealias Limit = ServerSettings.Limit
    let bound: BindAddress
    switch address {
    case .tcp(let host, let port): bound = .hostname(host, port: port)
    case .unix(let path): bound = .unixDomainSocket(path: path)
    }
    let channel = HTTP1Channel.Configuration(
      additionalChannelHandlers: [ConnectionDeadline(of: .head, Limit.head)],
      idleTimeout: .seconds(Limit.idle.components.seconds),
      httpDecoderConfiguration: .init(
        maxHeaderFieldSize: Limit.headBytes, maxHeaderListSize: Limit.headBytes, maxHeaderFieldCount: Limit.headFields))
    // What it says of itself is for those who look for mistakes in it.
    var quiet = log
    quiet.logLevel = max(.error, log.logLevel)
    self.init(
      router: router,
      server: certificate.map { certificate in HTTPServerBuilder { try EncryptedChannel(certificate, channel, $0) } }
        ?? .http1(configuration: channel),
      configuration: ApplicationConfiguration(
        address: bound, backlog: 1024, availableConnectionsDelegate: MaximumAvailableConnections(Limit.connections)),
      onServerRunning: { channel in
        var listening = address
        if case .tcp(let host, _) = listening, let port = channel.localAddress?.port {
          listening = .tcp(host: host, port: port)
        }
        await onListening(listening)
      }, logger: quiet)
  }
}
