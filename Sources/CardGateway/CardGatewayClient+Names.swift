import Crypto

extension CardGatewayClient {
  /// What something is called at the gateway: any text, in 64 letters and digits that tell nothing of it.
  public static func name(of text: String) -> String {
    SHA256.hash(data: Array(text.utf8)).map { byte in
      let digits = String(byte, radix: 16)
      return byte < 16 ? "0\(digits)" : digits
    }.joined()
  }
}
