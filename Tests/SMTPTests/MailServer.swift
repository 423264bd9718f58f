import NIOCore
import NIOPosix
import NIOSSL
import RedisTestSupport
import Synchronization

/// A mail server on this machine that does as it is told: which extensions it has, and what goes wrong where.
final class MailServer: Sendable {
  /// What goes wrong.
  enum Fault: Sendable {
    case answer(String)
    /// The connection is cut instead of an answer.
    case cut
    /// No answer comes.
    case silence
  }

  struct Behaviour: Sendable {
    var extensions = ["PIPELINING", "8BITMIME", "SMTPUTF8", "SIZE 1000000"]
    /// By verb, or `GREETING` or `.`: what goes wrong, one after the other.
    var faults: [String: [Fault]] = [:]
    /// Who may log in, and must.
    var login: (user: String, password: String)?
    /// What it shows to those who encrypt.
    var certificates: TestCertificates?
    var certificate = "server"
    /// Encrypted from the first byte.
    var isImplicit = false
    /// As many texts have to be there before any of them is answered; then each is at once.
    var gathered = 1
    /// What comes in one piece with the answer to STARTTLS.
    var injected = ""
  }

  struct Mail: Sendable, Equatable {
    let sender: String
    let recipient: String
    let text: String
  }

  struct State: Sendable {
    var behaviour: Behaviour
    var mails: [Mail] = []
    var connections = 0
    var commands: [String] = []
    var unanswered: [@Sendable () -> Void] = []
  }

  private let state: Mutex<State>
  private let open = Mutex<[any Channel]>([])

  private init(_ behaviour: Behaviour) { state = Mutex(State(behaviour: behaviour)) }

  /// Runs a test beside one.
  static func with(
    _ behaviour: Behaviour = Behaviour(), _ body: (MailServer, _ port: Int) async throws -> Void
  ) async throws {
    let server = MailServer(behaviour)
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        server.open.withLock { $0.append(channel) }
        return channel.eventLoop.makeCompletedFuture {
          if behaviour.isImplicit { try channel.pipeline.syncOperations.addHandler(try server.encryption()) }
          try channel.pipeline.syncOperations.addHandler(MailConversation(server))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    do {
      try await body(server, channel.localAddress?.port ?? 0)
      try await channel.close().get()
    } catch {
      try? await channel.close().get()
      throw error
    }
  }

  func encryption() throws -> NIOSSLServerHandler {
    let behaviour = state.withLock { $0.behaviour }
    guard let certificates = behaviour.certificates else { throw ChannelError.operationUnsupported }
    return NIOSSLServerHandler(
      context: try NIOSSLContext(
        configuration: .makeServerConfiguration(
          certificateChain: NIOSSLCertificate.fromPEMFile(certificates.certificate(behaviour.certificate)).map {
            .certificate($0)
          },
          privateKey: .privateKey(NIOSSLPrivateKey(file: certificates.key(behaviour.certificate), format: .pem)))))
  }

  var behaviour: Behaviour { state.withLock { $0.behaviour } }
  var mails: [Mail] { state.withLock { $0.mails } }
  var connections: Int { state.withLock { $0.connections } }
  var commands: [String] { state.withLock { $0.commands } }

  func receive(_ mail: Mail) { state.withLock { $0.mails.append(mail) } }
  func connected() { state.withLock { $0.connections += 1 } }

  /// Answers a text, or keeps the answer until enough are there.
  func gather(_ answer: @escaping @Sendable () -> Void) {
    let answers = state.withLock { state in
      state.unanswered.append(answer)
      guard state.unanswered.count >= state.behaviour.gathered else { return [] as [@Sendable () -> Void] }
      state.behaviour.gathered = 1
      defer { state.unanswered = [] }
      return state.unanswered
    }
    for answer in answers { answer() }
  }

  /// Closes what is open.
  func closeConnections() async {
    for channel in open.withLock({ $0 }) { try? await channel.close().get() }
  }

  /// Notes a command, and says what goes wrong with it.
  func fault(_ verb: String) -> Fault? {
    state.withLock {
      $0.commands.append(verb)
      guard var faults = $0.behaviour.faults[verb], !faults.isEmpty else { return nil }
      let first = faults.removeFirst()
      $0.behaviour.faults[verb] = faults
      return first
    }
  }
}
