import ArgumentParser
import CardGateway
import Foundation
import RideHailing

/// Which card gateway, and as whom.
struct GatewayAccountOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Charge cards through this gateway, which speaks Stripe's API: https://api.stripe.com. Without it a sandbox charges nobody.",
      discussion: """
        The account's secret key is read from $GATEWAY_KEY, or the file of --gateway-key-file. ?return=URL is where a rider comes back to from \
        the bank; ?ca=FILE trusts another authority; http:// is for a gateway on this machine.
        """,
      valueName: "url"))
  var gateway: String?

  @Option(help: "A file whose first line is the gateway's secret key.")
  var gatewayKeyFile: String?

  func validate() throws {
    if gateway == nil, gatewayKeyFile != nil {
      throw ValidationError("--gateway-key-file is of no use without --gateway")
    }
    // What is wrong with the URL is said before anything begins.
    _ = try settings()
  }

  /// Where cards are charged; nil for the sandbox.
  func settings() throws -> CardGatewaySettings? {
    guard let gateway else { return nil }
    do throws(CardGatewaySettings.URLError) {
      return try CardGatewaySettings(reading: gateway, key: try key())
    } catch {
      throw ValidationError("--gateway: \(error)")
    }
  }

  private func key() throws(CardGatewaySettings.URLError) -> String? {
    guard let gatewayKeyFile else { return ProcessInfo.processInfo.environment["GATEWAY_KEY"] }
    guard let text = try? String(contentsOfFile: gatewayKeyFile, encoding: .utf8) else {
      throw CardGatewaySettings.URLError("the key's file \(gatewayKeyFile) can't be read")
    }
    return String(text.prefix { !$0.isNewline })
  }
}

/// How cards are charged.
struct GatewayOptions: ParsableArguments {
  @OptionGroup var account: GatewayAccountOptions

  @Option(help: "How long the sandbox gateway takes for each charge.")
  var gatewayLatency = DurationArgument(.zero)

  @Option(help: "Of 1000 charges, so many fail at the sandbox gateway and are tried again.")
  var gatewayFailures = 0

  func validate() throws {
    try Limit.check(gatewayFailures, "--gateway-failures", 0...1000)
    if account.gateway != nil, gatewayLatency.duration > .zero || gatewayFailures > 0 {
      throw ValidationError("--gateway-latency and --gateway-failures are the sandbox's, and there is --gateway")
    }
  }

  func paymentGateway() throws -> any PaymentGateway {
    guard let settings = try account.settings() else {
      return SandboxGateway(latency: gatewayLatency.duration, failuresPerMille: gatewayFailures)
    }
    return CardsOverHTTP(CardGatewayClient(settings))
  }
}
