import Foundation
import NIOSSL

/// What a server shows of itself to clients that connect by TLS: a chain of certificates, its own first, and the key of that one.
public struct ServerCertificate: Sendable {
  let configuration: TLSConfiguration

  /// Reads both.
  ///
  /// - Parameters:
  ///   - chain: a file in PEM.
  ///   - key: a file in PEM.
  /// - Throws: a `ServerMistake` that names the file.
  public init(chain: String, key: String) throws(ServerMistake) {
    let certificates: [NIOSSLCertificate]
    do { certificates = try NIOSSLCertificate.fromPEMFile(chain) } catch {
      throw Self.mistake(chain, "holds no certificate in PEM")
    }
    let own: NIOSSLPrivateKey
    do { own = try NIOSSLPrivateKey(file: key, format: .pem) } catch {
      throw Self.mistake(key, "holds no key in PEM, or one that is locked")
    }
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: certificates.map { .certificate($0) }, privateKey: .privateKey(own))
    configuration.minimumTLSVersion = .tlsv12
    do { _ = try NIOSSLContext(configuration: configuration) } catch {
      throw Self.mistake(key, "is not the key of \(chain)")
    }
    self.configuration = configuration
  }

  private static func mistake(_ path: String, _ problem: String) -> ServerMistake {
    ServerMistake(
      description: FileManager.default.isReadableFile(atPath: path) ? "\(path) \(problem)" : "\(path) can't be read")
  }
}
