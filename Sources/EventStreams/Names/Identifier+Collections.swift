// So that whoever has a text need not wrap it to look something up.

extension Dictionary where Key == Identifier {
  /// The value of a name; nil if there is none.
  @inlinable
  public subscript(name: String) -> Value? {
    get { self[Identifier(name)] }
    set { self[Identifier(name)] = newValue }
    _modify { yield &self[Identifier(name)] }
  }

  /// The value of a name, or a default if there is none.
  @inlinable
  public subscript(name: String, default value: @autoclosure () -> Value) -> Value {
    get { self[Identifier(name), default: value()] }
    _modify { yield &self[Identifier(name), default: value()] }
  }
}

extension Set<Identifier> {
  /// A set of names.
  @inlinable
  public init(names: some Sequence<String>) { self.init(names.lazy.map { Identifier($0) }) }

  /// True if the name is in it.
  @inlinable
  public func contains(_ name: String) -> Bool { contains(Identifier(name)) }

  /// Adds a name; says whether it is new.
  @discardableResult
  @inlinable
  public mutating func insert(_ name: String) -> Bool { insert(Identifier(name)).inserted }

  /// Takes a name out; says whether it was in it.
  @discardableResult
  @inlinable
  public mutating func remove(_ name: String) -> Bool { remove(Identifier(name)) != nil }
}

extension Sequence<String> {
  /// The texts in the order of their bytes.
  @inlinable
  public func sortedByBytes() -> [String] { sorted { Identifier($0) < Identifier($1) } }
}
