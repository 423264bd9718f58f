import Crypto
public import EventStreams
import Foundation
import Synchronization

/// The file that says who may do what: `name sha256:HEX scopes [expires]`, one token a line, `#` before what is a remark.
///
/// Scopes are words with commas in between, roles (`viewer`, `producer`, `operator`, `admin`) among them. A name may have several tokens, so
/// that one can be replaced while both serve. The file is read again when it has changed; one that can't be read then leaves who may do what as
/// it was, and is said. Tokens themselves stand nowhere.
public final class TokenFile: Sendable {
  /// Why a file is no token file.
  public struct Problem: Error, CustomStringConvertible, Sendable {
    /// What is wrong, and where.
    public let description: String
  }

  struct Token: Sendable {
    let principal: Principal
    let digest: [UInt8]
    let expires: Timestamp?
  }

  private struct State {
    var tokens: [Token]
    var changed: Date?
    var checked: ContinuousClock.Instant
    var problem: String?
  }

  private let path: String
  private let state: Mutex<State>

  /// Reads a file.
  ///
  /// - Throws: a `Problem` if it can't be read, or is none.
  public init(path: String) throws(Problem) {
    self.path = path
    state = Mutex(
      State(tokens: try Self.tokens(at: path), changed: Self.changed(path), checked: .now, problem: nil))
  }

  /// The file's contents if they have changed since they were read last; looked for once a second at most.
  private func current() -> [Token] {
    state.withLock { state in
      guard state.checked.duration(to: .now) > .seconds(1) else { return state.tokens }
      state.checked = .now
      let changed = Self.changed(path)
      guard changed != state.changed else { return state.tokens }
      do throws(Problem) {
        state.tokens = try Self.tokens(at: path)
        state.problem = nil
      } catch {
        state.problem = error.description
      }
      state.changed = changed
      return state.tokens
    }
  }

  /// What was wrong with the file when it was read again last; nil if nothing was.
  public var problem: String? { state.withLock(\.problem) }

  /// Who shows a token; nil if it is none, or none any more.
  func principal(showing token: String, at time: Timestamp = .now()) -> Principal? {
    principal(withDigest: Array(SHA256.hash(data: Data(token.utf8))), at: time)
  }

  /// Who has the token of a digest; nil if it was taken back.
  func principal(withDigest digest: [UInt8], at time: Timestamp = .now()) -> Principal? {
    var found: Principal?
    // All are looked at, each in the same time: how long it takes says nothing of where they differ.
    for token in current() where Self.isSame(token.digest, digest) {
      if token.expires.map({ time < $0 }) ?? true { found = token.principal }
    }
    return found
  }

  private static func isSame(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    guard a.count == b.count else { return false }
    return zip(a, b).reduce(0 as UInt8) { $0 | ($1.0 ^ $1.1) } == 0
  }

  private static func changed(_ path: String) -> Date? {
    try? FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
  }

  private static func tokens(at path: String) throws(Problem) -> [Token] {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Problem(description: "cannot read the token file \(path)")
    }
    var tokens: [Token] = []
    let lines = String(decoding: data, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
    for (number, line) in lines.enumerated() {
      let words = line.split(whereSeparator: \.isWhitespace)
      guard let first = words.first, !first.hasPrefix("#") else { continue }
      func problem(_ text: String) -> Problem { Problem(description: "\(path), line \(number + 1): \(text)") }
      guard (3...4).contains(words.count) else {
        throw problem("expected `name sha256:HEX scopes [expires]`, found \(words.count) words")
      }
      guard words[1].hasPrefix("sha256:"), let digest = [UInt8](hexadecimal: words[1].dropFirst(7)), digest.count == 32
      else { throw problem("expected sha256: and 64 hexadecimal digits, which `rides token` prints") }
      if let mistake = self.problem(withScopes: String(words[2])) { throw problem(mistake) }
      let scopes = words[2].split(separator: ",").reduce(into: Set<Scope>()) { $0.formUnion(Scope.named($1) ?? []) }
      var expires: Timestamp?
      if words.count == 4 {
        guard let time = try? Timestamp(iso8601: String(words[3])) else {
          throw problem("'\(words[3])' is no time such as 2027-01-31T00:00:00Z")
        }
        expires = time
      }
      let principal = Principal(name: String(first), scopes: scopes, digest: digest)
      tokens.append(Token(principal: principal, digest: digest, expires: expires))
    }
    return tokens
  }

  /// Why scopes, with commas in between, are none; nil if they are.
  public static func problem(withScopes text: String) -> String? {
    for word in text.split(separator: ",", omittingEmptySubsequences: false) where Scope.named(word) == nil {
      let known = ["viewer", "producer", "operator", "admin"] + Scope.allCases.map(\.rawValue)
      return "'\(word)' is no role or scope; there are \(known.joined(separator: ", "))"
    }
    return nil
  }

  /// A new token, and the line that lets it in.
  public static func make(name: String, scopes: String, expires: Timestamp? = nil) -> (token: String, line: String) {
    var random = SystemRandomNumberGenerator()
    let token = (0..<4).map { _ in Array(random.next().bigEndianBytes).hexadecimal }.joined()
    let digest = Array(SHA256.hash(data: Data(token.utf8))).hexadecimal
    return (token, "\(name) sha256:\(digest) \(scopes)\(expires.map { " \($0)" } ?? "")")
  }
}

extension UInt64 {
  fileprivate var bigEndianBytes: [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: self >> (56 - 8 * $0)) } }
}
