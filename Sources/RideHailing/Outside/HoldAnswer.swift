public import EventStreams

/// What became of setting money aside.
public enum HoldAnswer: Sendable, Hashable {
  /// It is held; until when, if the gateway says so.
  case held(reference: String, until: Timestamp?)
  /// The rider must first prove who it is, there; without a link the app asks.
  case actionRequired(reference: String, link: String?)
  /// It is not held, and why.
  case declined(reference: String, reason: String, isHard: Bool)
  /// It is too little to be held: it is collected when it is due.
  case tooLittle
}
