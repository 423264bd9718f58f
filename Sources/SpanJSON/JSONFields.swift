/// An object's fields, to be changed: what an event's data is lifted in from one version to the next.
///
/// ```swift
/// fields.rename("sum", to: "total")
/// fields.set("currency", to: try fields.value("currency") ?? "USD")
/// try fields.change("rider") { try $0.rename("mail", to: "email") }
/// ```
///
/// What is not touched stays as it was written: fields that nobody knows, and numbers to their last digit.
public struct JSONFields: Sendable, JSONReadable, JSONWritable {
  private var fields: [(name: String, json: [UInt8])] = []

  /// No fields yet.
  public init() {}

  /// The fields of an object, as they are written.
  public init(from json: borrowing JSONValue) throws(JSONError) {
    try json.object().forEachField { (name, value) throws(JSONError) in
      var writer = JSONWriter(reservingCapacity: value.rawBytes.count + 2)
      writer.value(asWritten: value)
      fields.append((name, writer.bytes))
    }
  }

  /// The names of the fields, in the order written.
  public var names: [String] { fields.map(\.name) }

  /// A field's value; nil if there is no such field, or it is null.
  public func value<Value: JSONReadable>(_ name: String, as type: Value.Type = Value.self) throws(JSONError) -> Value? {
    guard let place = place(of: name) else { return nil }
    do throws(JSONError) { return try Self.read(fields[place].json) } catch { throw error.inside(name) }
  }

  private static func read<Value: JSONReadable>(_ json: [UInt8]) throws(JSONError) -> Value? {
    var parser = JSONParser()
    let value = try parser.parse(json.span)
    return value.kind == .null ? nil : try Value(from: value)
  }

  /// Gives a field a value, where it stands; one that isn't there comes last.
  public mutating func set(_ name: String, to value: some JSONWritable) {
    let json = JSONWriter.bytes(of: value)
    if let place = place(of: name) { fields[place].json = json } else { fields.append((name, json)) }
  }

  /// Removes a field, if it is there.
  public mutating func remove(_ name: String) { fields.removeAll { $0.name.hasSameBytes(as: name) } }

  /// Gives a field another name, if it is there; it takes the place of one that has that name.
  public mutating func rename(_ name: String, to new: String) {
    guard let place = place(of: name) else { return }
    fields = fields.enumerated().compactMap { position, field in
      if position == place { return (new, field.json) }
      return field.name.hasSameBytes(as: name) || field.name.hasSameBytes(as: new) ? nil : field
    }
  }

  /// Changes the fields of a field that is an object; one that isn't there, or is null, stays so. An error gets the field's name.
  public mutating func change(
    _ name: String, _ body: (inout JSONFields) throws(JSONError) -> Void
  ) throws(JSONError) {
    guard var inner = try value(name, as: JSONFields.self) else { return }
    do throws(JSONError) { try body(&inner) } catch { throw error.inside(name) }
    set(name, to: inner)
  }

  /// Of fields with the same name the first counts.
  private func place(of name: String) -> Int? { fields.firstIndex { $0.name.hasSameBytes(as: name) } }

  /// Writes the object.
  public func write(to json: inout JSONWriter) {
    json.object {
      for field in fields { $0.field(named: field.name, RawJSON(bytes: field.json)) }
    }
  }

  /// Reads what the fields say now.
  package func read<Value: JSONReadable>(_ type: Value.Type = Value.self) throws(JSONError) -> Value {
    try with { (json) throws(JSONError) in try Value(from: json) }
  }

  /// Calls `body` with what the fields say now.
  package func with<Result>(_ body: (borrowing JSONValue) throws(JSONError) -> Result) throws(JSONError) -> Result {
    var parser = JSONParser()
    let json = JSONWriter.bytes(of: self)
    return try body(parser.parse(json.span))
  }
}
