/// The parameters of a URL: `db=3&ca=/etc/ca.pem`, each at most once.
struct RedisURLQuery {
  /// What a URL may say besides where the server is.
  enum Parameter: String {
    case database = "db"
    case master, ca, cert, key, name
  }

  private var values: [(parameter: Parameter, value: String)] = []

  /// - Parameter allowed: those that mean something for the URL's scheme.
  init(_ text: Substring, _ allowed: [Parameter]) throws(RedisError) {
    for item in text.split(separator: "&") {
      let equals = item.firstIndex(of: "=") ?? item.endIndex
      guard let parameter = Parameter(rawValue: String(item[..<equals])), allowed.contains(parameter) else {
        throw RedisURL.invalid(Self.choice(allowed))
      }
      try set(parameter, item[equals...].dropFirst())
    }
  }

  /// Takes in a parameter, which must not have been said before.
  mutating func set(_ parameter: Parameter, _ text: Substring) throws(RedisError) {
    guard self[parameter] == nil else { throw RedisURL.invalid("it names \(Self.meaning(of: parameter)) twice") }
    let value = try RedisURL.percentDecoded(text)
    if parameter != .database, value.isEmpty { throw RedisURL.invalid("\(parameter.rawValue) says nothing") }
    values.append((parameter, value))
  }

  /// What a parameter says; `nil` for nothing.
  subscript(parameter: Parameter) -> String? { values.first { $0.parameter == parameter }?.value }

  /// The database's number; the first one's if nothing is said.
  func database() throws(RedisError) -> Int {
    guard let text = self[.database] else { return 0 }
    guard let number = RedisURL.decimal(text) else { throw RedisURL.invalid("the database is not a number") }
    return number
  }

  private static func choice(_ allowed: [Parameter]) -> String {
    let names = allowed.map(\.rawValue)
    guard names.count > 1 else { return "the only parameter it may have is \(names.joined())" }
    return
      "the only parameters it may have are \(names.dropLast().joined(separator: ", ")) and \(names.suffix(1).joined())\(allowed.contains(.ca) ? "" : "; those of TLS are for rediss://")"
  }

  private static func meaning(of parameter: Parameter) -> String {
    parameter == .database ? "the database" : parameter.rawValue
  }
}

extension Substring {
  /// The text, unless there is none.
  var nonEmpty: Substring? { isEmpty ? nil : self }
}
