/// How a connection is secured (`rediss://`): TLS 1.2 or newer, with the server's certificate and name verified always.
///
/// The files are PEM, and read anew for each connection: what replaces them is used from then on.
public struct TLSSettings: Sendable, Hashable {
  /// The file of the certificate authorities that are trusted (`ca`); `nil` for the system's.
  public var authorities: String?
  /// The file of the certificate, and of those between it and an authority, that is shown to the server (`cert`); `nil` for none.
  public var certificate: String?
  /// The file of the certificate's key (`key`); `nil` if it stands in the certificate's file.
  public var key: String?
  /// The name or address that the server's certificate must be for (`name`); `nil` for the host's.
  public var name: String?

  /// Settings.
  public init(authorities: String? = nil, certificate: String? = nil, key: String? = nil, name: String? = nil) {
    self.authorities = authorities
    self.certificate = certificate
    self.key = key
    self.name = name
  }
}
