import Foundation
import NIOCore
import NIOSSL

/// What a mail server says on one connection.
final class MailConversation: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let server: MailServer
  private var buffer = ByteBuffer()
  private var sender: String?
  private var recipient: String?
  private var text: String?
  private var isEncrypted = false
  private var isLoggedIn = false

  init(_ server: MailServer) {
    self.server = server
    isEncrypted = server.behaviour.isImplicit
  }

  func channelActive(context: ChannelHandlerContext) {
    server.connected()
    answer(context, "GREETING", "220 test ESMTP")
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var more = unwrapInboundIn(data)
    buffer.writeBuffer(&more)
    while let end = buffer.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) {
      let line = buffer.readString(length: end - buffer.readerIndex + 1) ?? ""
      take(String(line.unicodeScalars.filter { $0 != "\r" && $0 != "\n" }.map(Character.init)), context)
    }
  }

  private func answer(_ context: ChannelHandlerContext, _ verb: String, _ usual: String) {
    switch server.fault(verb) {
    case .answer(let text): say(context, text)
    case .cut: context.close(promise: nil)
    case .silence: break
    case nil: say(context, usual)
    }
  }

  private func say(_ context: ChannelHandlerContext, _ text: String) {
    context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text + "\r\n")), promise: nil)
    if text.hasPrefix("421") { context.close(promise: nil) }
  }

  private func take(_ line: String, _ context: ChannelHandlerContext) {
    if let text { return takeText(text, line, context) }
    let verb = line.split(separator: " ").first.map { $0.uppercased() } ?? ""
    switch verb {
    case "EHLO": answer(context, verb, extensions)
    case "STARTTLS":
      answer(context, verb, "220 go on" + (server.behaviour.injected.isEmpty ? "" : "\r\n" + server.behaviour.injected))
      isEncrypted = true
      if let handler = try? server.encryption() {
        try? context.pipeline.syncOperations.addHandler(handler, position: .first)
      }
    case "AUTH": logIn(line, context)
    case "MAIL" where server.behaviour.login != nil && !isLoggedIn: say(context, "530 5.7.0 log in first")
    case "MAIL" where sender != nil: say(context, "503 nested MAIL")
    case "MAIL": transact(context, verb) { sender = Self.address(line) }
    case "RCPT" where sender == nil: say(context, "503 MAIL first")
    case "RCPT": transact(context, verb) { recipient = Self.address(line) }
    case "DATA" where recipient == nil: say(context, "554 no recipients")
    case "DATA": transact(context, verb, "354 go on") { text = "" }
    case "RSET":
      forget()
      answer(context, verb, "250 ok")
    case "QUIT":
      _ = server.fault(verb)
      context.close(promise: nil)
    default: say(context, "500 what?")
    }
  }

  private func transact(
    _ context: ChannelHandlerContext, _ verb: String, _ usual: String = "250 ok", _ done: () -> Void
  ) {
    if server.behaviour.faults[verb]?.isEmpty ?? true { done() }
    answer(context, verb, usual)
  }

  private func takeText(_ text: String, _ line: String, _ context: ChannelHandlerContext) {
    guard line == "." else {
      self.text = text + (line.hasPrefix(".") ? String(line.dropFirst()) : line) + "\r\n"
      return
    }
    let fault = server.fault(".")
    // What is cut here was taken.
    if case .answer? = fault {
    } else {
      server.receive(MailServer.Mail(sender: sender ?? "", recipient: recipient ?? "", text: text))
    }
    forget()
    switch fault {
    case .answer(let text): say(context, text)
    case .cut: context.close(promise: nil)
    case .silence: break
    case nil:
      let channel = context.channel
      server.gather { channel.writeAndFlush(ByteBuffer(string: "250 2.0.0 taken\r\n"), promise: nil) }
    }
  }

  private func logIn(_ line: String, _ context: ChannelHandlerContext) {
    let words = line.split(separator: " ")
    guard let login = server.behaviour.login, words.count == 3 else { return say(context, "504 no such way") }
    let wanted = Data("\0\(login.user)\0\(login.password)".utf8).base64EncodedString()
    isLoggedIn = words[2] == wanted
    answer(context, "AUTH", isLoggedIn ? "235 welcome" : "535 5.7.8 wrong password")
  }

  private func forget() { (sender, recipient, text) = (nil, nil, nil) }

  private var extensions: String {
    var all = server.behaviour.extensions
    if server.behaviour.certificates != nil, !isEncrypted { all.append("STARTTLS") }
    if server.behaviour.login != nil { all.append("AUTH PLAIN LOGIN") }
    let lines = ["test"] + all
    return lines.enumerated().map { "250\($0.offset == lines.count - 1 ? " " : "-")\($0.element)" }
      .joined(separator: "\r\n")
  }

  private static func address(_ line: String) -> String {
    String(line.drop { $0 != "<" }.dropFirst().prefix { $0 != ">" })
  }
}
