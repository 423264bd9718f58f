import ArgumentParser
import EventStreams
import EventStreamsHTTP

struct TokenCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "token", abstract: "Make a token for the HTTP API, and the line of the token file that lets it in.",
    discussion: """
      The token is printed once, on standard error; it stands nowhere. The line goes to standard output. Scopes are roles (viewer, producer, operator, \
      admin) or events:write, read, pii, accounts:read, accounts:write, ops, admin, metrics, with commas in between.

        rides token trips --scopes producer >> tokens
        rides token anna --scopes operator --expires 2027-01-31T00:00:00Z >> tokens
      """)

  @Argument(help: "Whose token it is, for logs.")
  var name: String

  @Option(help: "What it allows.")
  var scopes: String

  @Option(help: "When it stops counting.", transform: TimeArgument.read)
  var expires: TimeArgument?

  func validate() throws {
    guard !name.isEmpty, !name.hasPrefix("#"), !name.contains(where: \.isWhitespace) else {
      throw ValidationError("a token's name is a word that does not begin with #")
    }
    if let problem = TokenFile.problem(withScopes: scopes) { throw ValidationError("--scopes: \(problem)") }
  }

  func run() {
    let made = TokenFile.make(name: name, scopes: scopes, expires: expires?.time)
    Terminal.error("the token of \(name), which is shown this once: \(made.token)")
    Terminal.print(made.line)
  }
}
