extension EventCatalog {
  /// Reads the events of an input, as far as they are some.
  ///
  /// - Parameters:
  ///   - documents: what was sent, with where it stood.
  ///   - namespace: where they are published to: what was logged once, and is marked so, is taken as it was.
  ///   - reject: is told where one stands that isn't, and why.
  public func read(
    _ documents: [InputDocument], for namespace: Namespace? = nil,
    rejecting reject: (InputDocument.Place, String) -> Void
  ) -> [EncodedEvent] {
    var events: [EncodedEvent] = []
    events.reserveCapacity(documents.count)
    for document in documents {
      if let problem = document.problem {
        reject(document.place, problem)
        continue
      }
      do throws(JSONError) {
        if let namespace, let logged = try LoggedEvent.read(document.json, for: namespace, topic: topic) {
          events.append(logged)
        } else {
          events.append(try read(document.json.span))
        }
      } catch {
        reject(document.place, error.description)
      }
    }
    return events
  }
}
