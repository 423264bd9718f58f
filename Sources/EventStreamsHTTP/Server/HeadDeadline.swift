import NIOCore

/// Closes a connection whose first request has no whole head within a time: whoever sends a byte now and then holds no place for long.
///
/// It stands behind what reads heads, so what it sees first is one. A connection that has shown one is closed when it is idle.
final class HeadDeadline: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = Any

  private let patience: TimeAmount
  private var end: Scheduled<Void>?

  init(_ patience: TimeAmount) { self.patience = patience }

  func handlerAdded(context: ChannelHandlerContext) {
    let context = NIOLoopBound(context, eventLoop: context.eventLoop)
    end = context.value.eventLoop.scheduleTask(in: patience) { context.value.close(promise: nil) }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    end?.cancel()
    end = nil
    context.fireChannelRead(data)
  }

  func channelInactive(context: ChannelHandlerContext) {
    end?.cancel()
    end = nil
    context.fireChannelInactive()
  }
}
