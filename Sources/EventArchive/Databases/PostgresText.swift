import Crypto
import EventStreams

/// Text of events as columns of PostgreSQL's hold it, which take no NUL and can't be found by an index if they are long. Only names are
/// changed so, by which events are found; an event itself is kept as it is.
enum PostgresText {
  private static let longest = 1000

  static func held(_ text: String) -> String {
    let text = text.utf8.contains(0) ? text.replacing("\0", with: "\u{2400}") : text
    guard text.utf8.count > longest else { return text }
    let digest = SHA256.hash(data: Array(text.utf8)).map { $0 }
    return String(decoding: text.utf8.prefix(longest / 2), as: UTF8.self) + "…" + digest.hexadecimal
  }
}
