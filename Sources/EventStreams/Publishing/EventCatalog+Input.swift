extension EventCatalog {
  /// Reads the events of an input, as far as they are some.
  ///
  /// - Parameter reject: is told where one stands that isn't, and why.
  public func read(
    _ documents: [InputDocument], rejecting reject: (InputDocument.Place, String) -> Void
  ) -> [EncodedEvent] {
    var events: [EncodedEvent] = []
    events.reserveCapacity(documents.count)
    for document in documents {
      if let problem = document.problem {
        reject(document.place, problem)
        continue
      }
      do throws(JSONError) {
        events.append(try read(document.json.span))
      } catch {
        reject(document.place, error.description)
      }
    }
    return events
  }
}
