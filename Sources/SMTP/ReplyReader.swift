import DequeModule
import NIOCore

/// Some commands, and the promises of their answers.
struct SMTPRequest: Sendable {
  let bytes: ByteBuffer
  let replies: [EventLoopPromise<SMTPReply>]
  /// How long each answer may take.
  let timeout: TimeAmount
}

/// Hands a server's answers to who asked, in the order in which they did.
final class ReplyReader: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundIn = SMTPRequest
  typealias OutboundOut = ByteBuffer

  /// No server's answer is longer.
  private static let mostBytes = 65_536

  private var waiting: Deque<(promise: EventLoopPromise<SMTPReply>, timeout: TimeAmount)> = []
  private var buffer = ByteBuffer()
  private var lines: [String] = []
  private var alarm: Scheduled<Void>?
  private var failure: (any Error)?

  struct Broken: Error, CustomStringConvertible {
    let description: String
  }

  /// - Parameters:
  ///   - greeting: what the server says first.
  ///   - timeout: how long that may take.
  init(greeting: EventLoopPromise<SMTPReply>, timeout: TimeAmount) {
    waiting = [(greeting, timeout)]
  }

  func handlerAdded(context: ChannelHandlerContext) { setAlarm(context) }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    let request = unwrapOutboundIn(data)
    // A server that says something that nobody asked for, like what comes with the answer to a STARTTLS, is not to be believed.
    if buffer.readableBytes > 0 || !lines.isEmpty, waiting.isEmpty {
      fail(context, Broken(description: "the server answered before it was asked: '\(lines.last ?? "")'"))
    }
    if let failure {
      for reply in request.replies { reply.fail(failure) }
      promise?.fail(failure)
      return
    }
    waiting.append(contentsOf: request.replies.map { ($0, request.timeout) })
    if alarm == nil { setAlarm(context) }
    context.write(wrapOutboundOut(request.bytes), promise: promise)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var more = unwrapInboundIn(data)
    buffer.writeBuffer(&more)
    while failure == nil, let line = takeLine(context) { take(line, context) }
    buffer.discardReadBytes()
  }

  func channelInactive(context: ChannelHandlerContext) {
    fail(context, Broken(description: "the server closed it"))
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { fail(context, error) }

  private func takeLine(_ context: ChannelHandlerContext) -> String? {
    guard let end = buffer.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) else {
      if buffer.readableBytes > Self.mostBytes { fail(context, Broken(description: "the server's answer has no end")) }
      return nil
    }
    let line = buffer.readString(length: end - buffer.readerIndex + 1) ?? ""
    // A CR and an LF are one character.
    return String(line.unicodeScalars.prefix { $0 != "\r" && $0 != "\n" })
  }

  private func take(_ line: String, _ context: ChannelHandlerContext) {
    guard let code = Int(line.utf8.prefix(3).map { String(UnicodeScalar($0)) }.joined()), (200..<600).contains(code),
      case let isLast = line.utf8.dropFirst(3).first != UInt8(ascii: "-"),
      !isLast || line.utf8.count == 3 || line.utf8.dropFirst(3).first == UInt8(ascii: " ")
    else { return fail(context, Broken(description: "the server said '\(line.prefix(80))'")) }
    lines.append(String(line.dropFirst(4)))
    guard lines.count <= 256 else { return fail(context, Broken(description: "the server's answer has no end")) }
    guard isLast, let next = waiting.popFirst() else { return }
    alarm?.cancel()
    alarm = nil
    next.promise.succeed(SMTPReply(code: code, lines: lines))
    lines = []
    setAlarm(context)
  }

  private func setAlarm(_ context: ChannelHandlerContext) {
    guard let next = waiting.first else { return }
    let loopBound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    alarm = context.eventLoop.scheduleTask(in: next.timeout) {
      let (reader, context) = loopBound.value
      reader.fail(context, Broken(description: "no answer came for \(next.timeout.nanoseconds / 1_000_000_000) s"))
    }
  }

  private func fail(_ context: ChannelHandlerContext, _ error: any Error) {
    failure = failure ?? error
    alarm?.cancel()
    alarm = nil
    while let next = waiting.popFirst() { next.promise.fail(error) }
    context.close(promise: nil)
  }
}
