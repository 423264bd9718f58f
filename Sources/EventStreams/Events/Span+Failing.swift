package import Tracing

extension Span {
  /// Ends it with what went wrong: by the kind of error, as its words may say what a trace isn't to know.
  package func fail(_ error: any Error) {
    attributes["error.type"] = String(describing: type(of: error))
    recordError(error)
    setStatus(SpanStatus(code: .error))
    end()
  }
}
