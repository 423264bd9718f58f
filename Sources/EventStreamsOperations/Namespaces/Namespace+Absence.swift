public import EventStreams
public import HiredisClient

extension Namespace {
  /// Why a namespace isn't there, as far as the server tells: a sentence for people. Looks at every key, so it is for when all is lost anyway.
  public static func absence(of name: String, on connection: Connection) async throws -> String {
    let namespace = Namespace(name, shardCount: 1)
    let info = try await ServerHealth.figures(on: connection)
    var left = 0
    var scan = KeyScan(matching: "\(KeyScan.literal(name)):*", on: connection)
    while let keys = try await scan.next() { left += keys.count(where: namespace.owns) }
    if left > 0 {
      return
        "\(namespace.configuration) is gone, though \(left) other keys of it are there: the server has lost data, or somebody removed it; restore brings back what the archive has"
    }
    if info["role"] == "slave" {
      let master = [info["master_host"], info["master_port"]].compactMap { $0 }.joined(separator: ":")
      return "the server is a replica of \(master), which has no such namespace, or is not in step yet"
    }
    let database = connection.url.database
    let others = info.keys.map(\.text).sorted().filter {
      $0.hasPrefix("db") && Int($0.dropFirst(2)) ?? database != database
    }
    if !others.isEmpty {
      return
        "nothing of it is in database \(database), but \(others.joined(separator: ", ")) \(others.count == 1 ? "has" : "have") keys: another database is meant, or they were swapped"
    }
    return "nothing of it is there: nobody has published to it yet, or the server has lost everything"
  }
}
