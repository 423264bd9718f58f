import CardGateway
import Testing

@Suite struct CardGatewaySettingsTests {
  @Test func aGatewayIsGivenByItsAddressAndAKeyBesideIt() throws {
    let settings = try CardGatewaySettings(
      reading: "https://api.stripe.com?return=https://rides.example/back", key: "sk_1")
    #expect(settings.url == "https://api.stripe.com")
    #expect(settings.returnURL == "https://rides.example/back")
    #expect(try CardGatewaySettings(reading: "http://127.0.0.1:8420", key: "sk_1").url == "http://127.0.0.1:8420")
  }

  @Test(arguments: [
    "api.stripe.com", "ftp://api.stripe.com", "http://api.stripe.com", "http://127.0.0.1.example.com",
    "https://sk_1@api.stripe.com", "https://api.stripe.com/v1", "https://api.stripe.com?key=sk_1", "https://",
  ])
  func whatIsNoGatewayIsRefused(url: String) {
    #expect(throws: CardGatewaySettings.URLError.self) { try CardGatewaySettings(reading: url, key: "sk_1") }
  }

  @Test(arguments: [nil, "", "sk_1\r\nX-Other: 1", "sk 1"])
  func withoutAKeyThatCanStandInAHeaderThereIsNoGateway(key: String?) {
    #expect(throws: CardGatewaySettings.URLError.self) {
      try CardGatewaySettings(reading: "https://a.example", key: key)
    }
  }

  @Test func theKeyIsSaidToNobody() throws {
    let settings = try CardGatewaySettings(reading: "https://api.stripe.com", key: "sk_secret")
    var dumped = ""
    dump(settings, to: &dumped)
    for text in ["\(settings)", String(reflecting: settings), dumped] { #expect(!text.contains("sk_secret")) }
  }
}
