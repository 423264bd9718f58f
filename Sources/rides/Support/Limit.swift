import ArgumentParser

/// The rule of every `--limit`.
enum Limit {
  static func check(_ limit: Int?) throws {
    if let limit, limit < 0 { throw ValidationError("--limit must not be negative") }
  }
}
