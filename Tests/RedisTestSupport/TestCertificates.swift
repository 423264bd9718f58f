import Foundation

/// Authorities, and certificates from them, made with the `openssl` command: for 127.0.0.1 and `redis.test` (`server`), the same but
/// expired (`expired`), and a client's (`client`), from the authority `ca`; another authority (`other`).
public struct TestCertificates: Sendable {
  private let folder: String

  /// Runs a test with some, which are removed after it.
  public static func with<Result>(_ body: (TestCertificates) async throws -> Result) async throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "certificates-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let run = try await TestProgram("sh").run(["-c", script, folder.path()])
    guard run.status == 0 else { throw RedisServerError("cannot make certificates: it takes the openssl command") }
    return try await body(TestCertificates(folder: folder.path()))
  }

  /// The file of a certificate.
  public func certificate(_ name: String) -> String { "\(folder)/\(name).pem" }
  /// The file of its key.
  public func key(_ name: String) -> String { "\(folder)/\(name).key" }

  /// What has a server listen with TLS.
  ///
  /// - Parameters:
  ///   - port: for TLS.
  ///   - certificate: what it shows.
  ///   - clients: whether clients must show one: `yes`, `no` or `optional`.
  public func arguments(port: Int, certificate name: String = "server", clients: String = "no") -> [String] {
    [
      "--tls-port", "\(port)", "--tls-cert-file", certificate(name), "--tls-key-file", key(name),
      "--tls-ca-cert-file", certificate("ca"), "--tls-auth-clients", clients,
    ]
  }

  private static let script = """
    set -e
    cd "$0"
    key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"; }
    authority() {
      key "$1"
      openssl req -x509 -new -key "$1.key" -out "$1.pem" -days 2 -subj "/CN=$1"
    }
    signed() {
      key "$1"
      echo "subjectAltName=$2" >"$1.ext"
      openssl req -new -key "$1.key" -subj "/CN=cn.test" -out "$1.csr"
      openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days "$3" -extfile "$1.ext" -out "$1.pem"
    }
    authority ca
    authority other
    signed server 'DNS:redis.test,IP:127.0.0.1' 2
    signed expired 'DNS:redis.test,IP:127.0.0.1' -1
    signed client 'DNS:client' 2
    """
}
