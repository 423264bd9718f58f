/// A field of a record, as its list tells it.
public struct FieldDescription: Sendable, Hashable {
  /// Its name in JSON.
  public let name: String
  /// What kind of value it has.
  public let kind: String
  /// What must hold of it besides; empty if nothing must.
  public let rule: String
  /// Whether it may be absent.
  public let isOptional: Bool
  /// The field that names the person whom it says something about; nil if it is not personal.
  public let subject: String?
  /// The fields inside it.
  public let fields: [FieldDescription]
}

extension FieldDescription: JSONWritable {
  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("name", name)
      $0.field("kind", kind)
      $0.field("rule", rule.isEmpty ? nil : rule)
      $0.field("optional", isOptional)
      $0.field("personalOf", subject)
      if !fields.isEmpty { $0.field("fields", fields) }
    }
  }
}

extension JSONRecord {
  /// The fields, in the order of the list.
  public static var fieldDescriptions: [FieldDescription] {
    var descriptions: [FieldDescription] = []
    withUnsafeMutablePointer(to: &descriptions) { descriptions in
      var fields = RecordFields<Self>(tellingTo: FieldListener(describingTo: descriptions))
      // Nothing is read, so that nothing can be wrong.
      _ = try? Self(&fields)
    }
    return descriptions
  }
}
