/// A value that is an object of fields, told once: one list reads them, checks them, writes them and documents them.
///
/// ```swift
/// struct RideRated: JSONRecord {
///   let rideID: String
///   let stars: Int
///   let comment: String?
///
///   init(_ fields: inout RecordFields<Self>) throws(JSONError) {
///     rideID = try fields("rideId", \.rideID)
///     stars = try fields("stars", \.stars, .within(1...5))
///     comment = try fields.optional("comment", \.comment)
///   }
/// }
/// ```
///
/// Fields are written in the order of the list. Reading is quickest where they are written so.
/// In a generic type, `{ $0.rideID }` stands for `\.rideID`: a key path into such a type is made at run time, each time, and takes longer
/// than all else.
public protocol JSONRecord: FieldValue {
  /// The list. It does nothing else, and is the same whatever the values are.
  init(_ fields: inout RecordFields<Self>) throws(JSONError)

  /// Throws if the fields of a value that was read don't agree with each other.
  func check() throws(JSONError)
}

extension JSONRecord {
  /// One of examples.
  public static var example: Self {
    var fields = RecordFields<Self>(tellingTo: FieldListener(describingTo: nil))
    do { return try Self(&fields) } catch { preconditionFailure("a list of fields does nothing else") }
  }

  /// An object.
  public static var kind: String { "object" }

  /// Nothing more must hold.
  @inlinable
  public func check() throws(JSONError) {}

  /// Reads the fields, and checks them.
  @inlinable
  public init(from json: borrowing JSONValue) throws(JSONError) {
    var fields = try RecordFields<Self>(reading: json)
    try self.init(&fields)
    try check()
  }

  /// Writes the fields as an object.
  @inlinable
  public func write(to json: inout JSONWriter) {
    json.object { json in
      withUnsafePointer(to: self) { record in
        withUnsafeMutablePointer(to: &json) { json in
          var fields = RecordFields(
            tellingTo: FieldListener(UnsafeMutablePointer(mutating: record), writingTo: json))
          // Nothing is read, so that nothing can be wrong.
          _ = try? Self(&fields)
        }
      }
    }
  }
}
