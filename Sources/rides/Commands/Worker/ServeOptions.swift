import ArgumentParser
import CardGateway
import EventStreams
import EventStreamsHTTP
import Foundation
import Logging
import RidesHTTP

/// How a server behaves: the options of `serve` and `up`.
struct ServeOptions: ParsableArguments {
  @Option(help: "The file that says who may do what; without one, everybody on this machine may do everything.")
  var tokens: String?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Speak TLS (HTTP/2 or 1.1): a file with the certificates, the server's own first, and one with its key, both in PEM.",
      valueName: "certificate key"))
  var tls: [String] = []

  @Flag(help: "Change nothing, for anybody.")
  var readOnly = false

  @Option(
    help: "A name by which the server is called besides its address, such as a proxy's; may be given several times.")
  var host: [String] = []

  @Option(
    help: ArgumentHelp(
      "A file with the secrets that the card gateway signs its notices with, one a line: they are taken at /v1/gateway/notices. Two while one replaces another.",
      valueName: "file"))
  var gatewaySecrets: String?

  /// Checks what the gateway tells; nil if nothing is expected of it.
  private var notices: NoticeSignature? {
    get throws {
      guard let gatewaySecrets else { return nil }
      guard let text = try? String(contentsOfFile: gatewaySecrets, encoding: .utf8) else {
        throw Failure.usage("--gateway-secrets: the file \(gatewaySecrets) can't be read")
      }
      let secrets = text.split(whereSeparator: \.isNewline).map { $0.filter { !$0.isWhitespace } }
      guard secrets.contains(where: { !$0.isEmpty }) else {
        throw Failure.usage("--gateway-secrets: the file \(gatewaySecrets) has no secret, as whsec_…")
      }
      return NoticeSignature(secrets: secrets)
    }
  }

  func validate() throws {
    guard tls.isEmpty || tls.count == 2 else {
      throw ValidationError("--tls takes two files: --tls certificate.pem key.pem")
    }
  }

  /// The server.
  ///
  /// - Parameters:
  ///   - archive: what it may look into for what the services keep no longer.
  ///   - gateway: whose cards are charged; nil if nobody's are.
  ///   - ready: is told where it is served.
  func service(
    at address: ListenAddress, _ redis: NamespaceOptions, archive: String, gateway: CardGatewaySettings?, _ log: Logger,
    ready: ReadyFile? = nil
  ) throws -> HTTPService {
    do {
      var settings = ServerSettings(address: address)
      settings.isReadOnly = readOnly
      settings.tokens = try tokens.map { path throws(TokenFile.Problem) in try TokenFile(path: path) }
      settings.hosts = host
      if tls.count == 2 { settings.certificate = try ServerCertificate(chain: tls[0], key: tls[1]) }
      let scheme = settings.scheme
      let deployment = Deployment(redis.namespace, redis: try redis.redisURL())
      return try RidesServer.make(
        settings, deployment: deployment, services: ChosenServices.list, archive: archive, notices: try notices,
        gateway: gateway.map { CardGatewayClient($0) }, metrics: Measuring.registry, log: log
      ) { address in
        let text = address.isWeb ? "\(scheme)://\(address)/" : "\(address)"
        Terminal.error("serving \(text)")
        await ready?.serves(at: text)
      }
    } catch let mistake as ServerMistake {
      throw Failure.usage(mistake.description)
    } catch let problem as TokenFile.Problem {
      throw Failure.usage(problem.description)
    }
  }
}

/// Where to listen, as an argument.
struct ListenArgument: ExpressibleByArgument, Sendable {
  let address: ListenAddress

  init(_ address: ListenAddress) { self.address = address }

  init?(argument: String) {
    guard let address = ListenAddress(argument) else { return nil }
    self.address = address
  }

  var defaultValueDescription: String { address.description }
}

extension ListenAddress {
  /// True if a browser can open it.
  fileprivate var isWeb: Bool {
    if case .tcp = self { return true }
    return false
  }
}
