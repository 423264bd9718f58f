extension Effects {
  /// Applies some effects only if several fields of one hash are as expected at that point of the commit: all, or none of them.
  ///
  /// - Parameters:
  ///   - hash: the hash that is looked at.
  ///   - conditions: by field.
  ///   - build: what is applied if all hold.
  public mutating func when(
    _ hash: String, allOf conditions: [Identifier: Condition], then build: (inout Effects) -> Void
  ) {
    let nested = conditions.sorted { $0.key > $1.key }.reduce(Effects(build)) { inner, condition in
      Effects { outer in outer.when(hash, condition.key.text, condition.value) { $0 = inner } }
    }
    self += nested
  }

  /// Applies some effects the first time only, and notes it in a field: for what must happen once per order, ride or user, however many
  /// events there are about it. The note is the same whenever it is made, so that a state that is rebuilt is the same.
  ///
  /// - Parameters:
  ///   - hash: of the notes.
  ///   - field: what must happen once.
  ///   - build: what is done the first time.
  public mutating func once(_ hash: String, _ field: String, then build: (inout Effects) -> Void) {
    when(hash, field, .isAbsent) {
      $0.set(hash, field, to: "1")
      build(&$0)
    }
  }
}
