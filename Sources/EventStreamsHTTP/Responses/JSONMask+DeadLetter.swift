import EventStreams
import EventStreamsOperations

extension JSONMask {
  /// The same letter, with what is hidden in its event hidden.
  func hiding(in letter: DeadLetter) -> DeadLetter {
    letter.json.isEmpty ? letter : letter.with(json: hiding(in: letter.json))
  }
}
