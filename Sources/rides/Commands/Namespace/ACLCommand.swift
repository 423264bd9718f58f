import ArgumentParser
import EventStreams
import EventStreamsOperations
import RideHailing

struct ACLCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "acl",
    abstract: "Print the least rights that a service, a producer or an operator needs in Redis.",
    discussion: """
      The command takes all other rights from the user, and leaves its password as it is; an administrator gives it to Redis. \
      NAME is a service, publisher, operator (looks at everything, changes nothing) or install (makes the namespace, \
      loads functions, does everything else in it). Rights are for the number of shards that the namespace has.

        rides acl payment | redis-cli
        redis-cli ACL SETUSER payment on '>its password'
      """)

  @Argument(help: "A service, publisher, operator or install.")
  var name: String

  @Option(help: "What the user is called. (default: NAME)")
  var user: String?

  @Option(help: "The number of shards, if the namespace isn't there yet.")
  var shards: Int?

  @OptionGroup var redis: NamespaceOptions

  func validate() throws {
    try Limit.check(shards: shards)
    let named = user ?? name
    guard !named.isEmpty, named.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "\"") }) else {
      throw ValidationError("--user: a name without blanks and quotation marks")
    }
  }

  func run() async throws {
    let namespace =
      if let shards { Namespace(redis.namespace, shardCount: shards) } else { try await redis.find().namespace }
    let rights = RideRights(ChosenServices.list)
    guard let rules = rights.rules(for: name, in: namespace) else {
      throw Failure.usage("there is no '\(name)'; there are \(rights.names.joined(separator: ", "))")
    }
    Terminal.print(rules.command(for: user ?? name))
  }
}
