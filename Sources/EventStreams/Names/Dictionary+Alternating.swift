extension [Identifier: String] {
  /// A hash as Redis lists it: field, value, field, value, …
  package init(alternating values: [String]) {
    self.init(minimumCapacity: values.count / 2)
    for index in stride(from: 0, to: values.count - 1, by: 2) { self[values[index]] = values[index + 1] }
  }
}
