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
