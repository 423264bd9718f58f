import EventStreams

extension JSONReadable {
  /// Reads what a service has stored; nil if there is nothing, or nothing that can be read.
  init?(stored text: String?) {
    guard let text else { return nil }
    var parser = JSONParser()
    do { try self.init(from: parser.parse(text.utf8.span)) } catch { return nil }
  }
}
