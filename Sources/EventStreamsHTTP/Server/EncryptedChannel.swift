import HummingbirdCore
import HummingbirdHTTP2
import Logging
import NIOCore
import NIOSSL

/// HTTP/2 or 1.1 over TLS, as the client prefers, after a handshake that has to come to its end.
struct EncryptedChannel: ServerChildChannel {
  typealias Value = HTTP2UpgradeChannel.Value

  private let channel: HTTP2UpgradeChannel

  init(
    _ certificate: ServerCertificate, _ configuration: HTTP1Channel.Configuration,
    _ responder: @escaping HTTPChannelHandler.Responder
  ) throws {
    channel = try HTTP2UpgradeChannel(
      tlsConfiguration: certificate.configuration,
      configuration: HTTP2ChannelConfiguration(
        idleTimeout: ServerSettings.Limit.idle, streamConfiguration: configuration),
      responder: responder)
  }

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
    let ready = self.channel.setup(channel: channel, logger: logger)
    return channel.eventLoop.makeCompletedFuture {
      let handlers = channel.pipeline.syncOperations
      try handlers.addHandler(
        ConnectionDeadline(of: .handshake, ServerSettings.Limit.handshake),
        position: .after(try handlers.handler(type: NIOSSLServerHandler.self)))
    }.flatMap { ready }
  }

  func handle(value: Value, logger: Logger) async { await channel.handle(value: value, logger: logger) }
}
