import NIOCore
import NIOTLS

/// Closes a connection on which something does not come within a time: until then nothing else looks after it, and whoever sends a byte now and
/// then, or none, holds no place for long.
final class ConnectionDeadline: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = Any

  /// What has to come.
  enum Goal {
    /// The end of the handshake; it stands behind what speaks TLS.
    case handshake
    /// A whole head of a request; it stands behind what reads heads, so what it sees first is one. After it, a connection is closed when it is
    /// idle.
    case head
  }

  private let goal: Goal
  private let patience: Duration
  private var end: Scheduled<Void>?

  init(of goal: Goal, _ patience: Duration) {
    self.goal = goal
    self.patience = patience
  }

  func handlerAdded(context: ChannelHandlerContext) {
    let context = NIOLoopBound(context, eventLoop: context.eventLoop)
    end = context.value.eventLoop.scheduleTask(in: TimeAmount(patience)) { context.value.close(promise: nil) }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if goal == .head { cancel() }
    context.fireChannelRead(data)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if goal == .handshake, case TLSUserEvent.handshakeCompleted = event { cancel() }
    context.fireUserInboundEventTriggered(event)
  }

  func channelInactive(context: ChannelHandlerContext) {
    cancel()
    context.fireChannelInactive()
  }

  private func cancel() {
    end?.cancel()
    end = nil
  }
}
