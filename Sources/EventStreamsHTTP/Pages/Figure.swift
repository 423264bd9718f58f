/// One number that says much.
package struct Figure: Sendable {
  let name: String
  let value: String
  let unit: String?
  let isAlarm: Bool
  let link: String?

  /// A number.
  package init(_ name: String, _ value: String, unit: String? = nil, isAlarm: Bool = false, path: String? = nil) {
    self.name = name
    self.value = value
    self.unit = unit
    self.isAlarm = isAlarm
    link = path
  }
}
