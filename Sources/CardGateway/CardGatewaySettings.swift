/// Where cards are charged, and as whom.
public struct CardGatewaySettings: Sendable, Hashable {
  /// The API's address up to `/v1`: `https://api.stripe.com`.
  public var url: String
  /// The account's secret key. It is sent to the gateway and said to nobody else.
  public var key: String
  /// Where a bank sends a rider back to who has proved who it is; nil if the app shows the bank's question itself.
  public var returnURL: String?
  /// A file of certificates to trust instead of the system's.
  public var authorities: String?
  /// How long each answer may take, in seconds. What has not been answered by then is asked again under its own key.
  public var timeout = 30
  /// How many connections there are at most: each is busy with one call.
  public var connections = 256

  /// The gateway at an address.
  public init(url: String, key: String, returnURL: String? = nil) {
    self.url = url
    self.key = key
    self.returnURL = returnURL
  }
}

extension CardGatewaySettings: CustomStringConvertible {
  /// Without the key.
  public var description: String { url }
}

extension CardGatewaySettings: CustomDebugStringConvertible, CustomReflectable {
  /// Without the key.
  public var debugDescription: String { url }
  /// Without the key.
  public var customMirror: Mirror { Mirror(self, children: ["url": url]) }
}
