import Foundation
import NIOCore
import NIOPosix
import NIOSSL

/// One connection to a mail server, encrypted and logged in as the settings say; mails go one after the other.
struct SMTPSession: Sendable {
  private let channel: any Channel
  private let settings: SMTPSettings
  private var extensions = SMTPExtensions()

  // MARK: Opening

  /// Connects, and does what is to be done before the first mail.
  static func open(_ settings: SMTPSettings) async throws(SMTPError) -> SMTPSession {
    let tls: NIOSSLContext?
    do { tls = try context(settings) } catch { throw .unusable("cannot use the certificates: \(words(of: error))") }
    let greeting = MultiThreadedEventLoopGroup.singleton.next().makePromise(of: SMTPReply.self)
    let channel: any Channel
    do {
      channel = try await ClientBootstrap(group: greeting.futureResult.eventLoop)
        .connectTimeout(.seconds(Int64(settings.timeout)))
        .channelOption(.tcpOption(.tcp_nodelay), value: 1)
        .channelInitializer { [settings] channel in
          channel.eventLoop.makeCompletedFuture {
            if let tls, settings.security == .implicit {
              try channel.pipeline.syncOperations.addHandler(handler(tls, settings))
            }
            try channel.pipeline.syncOperations.addHandler(
              ReplyReader(greeting: greeting, timeout: .seconds(Int64(settings.timeout))))
          }
        }
        .connect(host: settings.host, port: settings.port).get()
    } catch {
      greeting.fail(error)
      throw .disconnected(.connecting, "\(settings): \(words(of: error))")
    }
    var session = SMTPSession(channel: channel, settings: settings)
    do throws(SMTPError) {
      try await session.begin(greeting.futureResult, tls)
    } catch {
      channel.close(promise: nil)
      throw error
    }
    return session
  }

  private init(channel: any Channel, settings: SMTPSettings) {
    self.channel = channel
    self.settings = settings
  }

  private mutating func begin(
    _ greeting: EventLoopFuture<SMTPReply>, _ tls: NIOSSLContext?
  ) async throws(SMTPError) {
    try Self.check(await reply(greeting, .greeting), .greeting)
    try await sayHello()
    if let tls, settings.security == .startTLS {
      guard extensions.hasStartTLS else {
        throw .unusable(
          "\(settings) offers no STARTTLS: what is sent would be read by everybody on the way; use smtps:// or ?tls=none"
        )
      }
      try Self.check(await ask("STARTTLS", .startTLS), .startTLS)
      do {
        try await channel.eventLoop.submit { [channel, settings] in
          try channel.pipeline.syncOperations.addHandler(Self.handler(tls, settings), position: .first)
        }.get()
      } catch {
        throw .unusable("cannot encrypt: \(Self.words(of: error))")
      }
      // What was said before may have been said by anybody.
      try await sayHello()
    }
    try await logIn()
  }

  private mutating func sayHello() async throws(SMTPError) {
    let reply = try await ask("EHLO \(settings.name)", .hello)
    try Self.check(reply, .hello)
    extensions = SMTPExtensions(reply)
  }

  private func logIn() async throws(SMTPError) {
    guard let user = settings.user, let password = settings.password else { return }
    let offered = extensions.mechanisms
    let reply: SMTPReply
    if offered.contains("PLAIN") {
      reply = try await ask("AUTH PLAIN \(base64("\0\(user)\0\(password)"))", .authentication)
    } else if offered.contains("LOGIN") {
      var last = try await ask("AUTH LOGIN", .authentication)
      for answer in [user, password] where last.code == 334 { last = try await ask(base64(answer), .authentication) }
      reply = last
    } else {
      let list = offered.isEmpty ? "none" : offered.joined(separator: ", ")
      throw .unusable("\(settings) offers no way to log in that we know, PLAIN or LOGIN, but \(list)")
    }
    try Self.check(reply, .authentication)
  }

  private func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

  /// Before the first mail, what the server refuses it refuses of all.
  private static func check(_ reply: SMTPReply, _ step: SMTPStep) throws(SMTPError) {
    if reply.isPositive { return }
    if reply.isTransient { throw .deferred(step, reply) }
    throw .unusable("the mail server refused \(step.rawValue): \(reply)")
  }

  // MARK: Sending

  /// True if it is still there, as far as we have heard.
  var isOpen: Bool { channel.isActive }

  /// Hands a mail in. After a failure the session is as before it, unless the connection is lost.
  func send(_ mail: SMTPMail) async throws(SMTPError) {
    let text = SMTPMail.stuffed(mail.text(extensions.hasEightBit))
    let commands = try commands(for: mail, bytes: text.count)
    do throws(SMTPError) {
      let (accepted, failure) = try await begin(commands)
      if let failure {
        // Without a recipient the text may be asked for all the same: there is none.
        if accepted { _ = try await ask(".", .text) }
        throw failure
      }
      let answer = try await request(text, .text, timeout: settings.textTimeout)
      try Self.check(answer, of: .text)
    } catch {
      if case .disconnected = error { throw error }
      if case .deferred(_, let reply) = error, reply.endsConnection { await close() } else { try await reset() }
      throw error
    }
  }

  /// - Returns: whether the server waits for the text, and why it is not to be sent.
  private func begin(_ commands: [(SMTPStep, String)]) async throws(SMTPError) -> (accepted: Bool, failure: SMTPError?)
  {
    var failure: SMTPError?
    var last: SMTPReply?
    func take(_ reply: SMTPReply, _ step: SMTPStep) {
      last = reply
      do throws(SMTPError) { try Self.check(reply, of: step) } catch { failure = failure ?? error }
    }
    if extensions.hasPipelining {
      let bytes = commands.map { "\($0.1)\r\n" }.joined()
      let futures = write(Array(bytes.utf8), answers: commands.count, timeout: settings.timeout)
      for (future, (step, _)) in zip(futures, commands) { take(try await reply(future, step), step) }
    } else {
      for (step, command) in commands where failure == nil { take(try await ask(command, step), step) }
    }
    return (last?.code == 354, failure)
  }

  private func commands(for mail: SMTPMail, bytes: Int) throws(SMTPError) -> [(SMTPStep, String)] {
    for address in [mail.sender, mail.recipient] {
      if let problem = SMTPMail.problem(with: address) {
        throw .unsendable("the address \(address.debugDescription) \(problem)")
      }
    }
    let isASCII = (mail.sender + mail.recipient).utf8.allSatisfy { $0 < 0x80 }
    guard isASCII || extensions.hasUTF8 else {
      throw .unsendable("the mail server takes no addresses beyond ASCII, like \(mail.recipient)")
    }
    if let size = extensions.size, bytes > size {
      throw .unsendable("the mail has \(bytes) bytes, and the mail server takes \(size)")
    }
    var sender = "MAIL FROM:<\(mail.sender)>"
    if extensions.isSizeDeclared { sender += " SIZE=\(bytes)" }
    if extensions.hasEightBit { sender += " BODY=8BITMIME" }
    if !isASCII { sender += " SMTPUTF8" }
    return [(.sender, sender), (.recipient, "RCPT TO:<\(mail.recipient)>"), (.data, "DATA")]
  }

  private static func check(_ reply: SMTPReply, of step: SMTPStep) throws(SMTPError) {
    if step == .data ? reply.code == 354 : reply.isPositive { return }
    if reply.isTransient { throw .deferred(step, reply) }
    // Who has not logged in can't send anything.
    if reply.code == 530 { throw .unusable("the mail server wants a user: \(reply)") }
    throw .refused(step, reply)
  }

  private func reset() async throws(SMTPError) {
    if try await !ask("RSET", .sender).isPositive { await close() }
  }

  /// Says good-bye, without waiting for an answer.
  func close() async {
    _ = write(Array("QUIT\r\n".utf8), answers: 1, timeout: 1)
    try? await channel.close().get()
  }

  // MARK: Asking

  private func ask(_ command: String, _ step: SMTPStep) async throws(SMTPError) -> SMTPReply {
    try await request(Array("\(command)\r\n".utf8), step, timeout: settings.timeout)
  }

  private func request(_ bytes: [UInt8], _ step: SMTPStep, timeout: Int) async throws(SMTPError) -> SMTPReply {
    try await reply(write(bytes, answers: 1, timeout: timeout)[0], step)
  }

  private func write(_ bytes: [UInt8], answers: Int, timeout: Int) -> [EventLoopFuture<SMTPReply>] {
    let replies = (0..<answers).map { _ in channel.eventLoop.makePromise(of: SMTPReply.self) }
    let request = SMTPRequest(bytes: ByteBuffer(bytes: bytes), replies: replies, timeout: .seconds(Int64(timeout)))
    // One that is written to what is closed already never comes to who would answer.
    channel.writeAndFlush(request).whenFailure { error in for reply in replies { reply.fail(error) } }
    return replies.map(\.futureResult)
  }

  private func reply(_ future: EventLoopFuture<SMTPReply>, _ step: SMTPStep) async throws(SMTPError) -> SMTPReply {
    do { return try await future.get() } catch { throw .disconnected(step, Self.words(of: error)) }
  }

  // MARK: Encryption

  private static func context(_ settings: SMTPSettings) throws -> NIOSSLContext? {
    guard settings.security != .none else { return nil }
    var tls = TLSConfiguration.makeClientConfiguration()
    if let file = settings.authorities { tls.trustRoots = .file(file) }
    return try NIOSSLContext(configuration: tls)
  }

  private static func handler(_ tls: NIOSSLContext, _ settings: SMTPSettings) throws -> NIOSSLClientHandler {
    // An address is not a name that may be asked for; it is compared with the certificate's addresses.
    let isAddress = (try? SocketAddress(ipAddress: settings.host, port: 0)) != nil
    return try NIOSSLClientHandler(context: tls, serverHostname: isAddress ? nil : settings.host)
  }

  /// What went wrong below us, for people.
  private static func words(of error: any Error) -> String {
    switch error {
    case let error as ReplyReader.Broken: error.description
    case let error as NIOConnectionError:
      error.connectionErrors.first.map { "\($0.error)" } ?? "\(error.host) is not known"
    case NIOSSLError.handshakeFailed(let reason): "its TLS failed: \(reason)"
    case let error as NIOSSLExtraError: error.description
    default: "\(error)"
    }
  }
}
