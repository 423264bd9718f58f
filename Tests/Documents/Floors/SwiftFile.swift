/// What a file of a target declares, and what it names.
struct SwiftFile {
  /// A type that is declared, or a member that an extension gives to a type.
  struct Declaration {
    /// `Pipeline.State`; of a member its own name.
    let name: String
    /// Whether other files can't see it.
    let isPrivate: Bool
  }

  /// A type's name with those before its dots, where it stands.
  struct Reference {
    let names: [String]
    /// The types around it, from the outermost: `["Pipeline", "State"]`.
    let around: [String]
    let line: Int
  }

  /// Below the target's own: `Worker/Reading`, or nothing.
  let folder: String
  let name: String
  private(set) var types: [Declaration] = []
  /// By type: what extensions declare.
  private(set) var extensionMembers: [(type: String, name: String)] = []
  /// Names of all else that is declared: other members, cases, parameters, what functions hold.
  private(set) var otherNames: Set<String> = []
  private(set) var references: [Reference] = []
  /// What is called or asked of something, `.name` or `name(`.
  private(set) var uses: [(name: String, line: Int)] = []

  private struct Scope {
    var type: String?
    var isExtension = false
  }

  init(folder: String, name: String, source: String) {
    self.folder = folder
    self.name = name
    read(SwiftTokens.of(source))
  }

  private mutating func read(_ tokens: [SwiftToken]) {
    var scopes: [Scope] = []
    var next: Scope?
    var isPrivate = false
    var place = 0
    func text(_ index: Int) -> String { tokens.indices.contains(index) ? tokens[index].text : "" }

    while place < tokens.count {
      let token = tokens[place]
      let following = tokens.indices.contains(place + 1) ? tokens[place + 1] : nil
      let isMember = text(place - 1) == "."
      let around = scopes.compactMap(\.type)
      switch token.text {
      case "{":
        scopes.append(next ?? Scope())
        next = nil
        isPrivate = false
      case "}":
        _ = scopes.popLast()
        isPrivate = false
      case "private", "fileprivate":
        // `private(set)` hides no name.
        isPrivate = text(place + 1) != "("
      case "struct", "class", "enum", "actor", "protocol", "typealias", "associatedtype", "macro":
        guard !isMember, let following, following.isTypeName else { break }
        let name = (around + [following.text]).joined(separator: ".")
        types.append(Declaration(name: name, isPrivate: isPrivate))
        isPrivate = false
        if !["typealias", "associatedtype", "macro"].contains(token.text) { next = Scope(type: following.text) }
        place += 1
      case "extension":
        guard !isMember, let following, following.isTypeName else { break }
        let names = dotted(tokens, from: place + 1)
        references.append(Reference(names: names, around: around, line: token.line))
        next = Scope(type: names.joined(separator: "."), isExtension: true)
        place += 2 * names.count - 1
      case "func", "var", "let", "case":
        guard let following, following.isName, !following.isTypeName else { break }
        if let scope = scopes.last, scope.isExtension, token.text != "case", !isPrivate, let type = scope.type {
          extensionMembers.append((type, following.text))
        } else {
          otherNames.insert(following.text)
        }
        isPrivate = false
        place += 1
      default:
        if token.isTypeName {
          guard !isMember else { break }
          let names = dotted(tokens, from: place)
          references.append(Reference(names: names, around: around, line: token.line))
          place += 2 * (names.count - 1)
        } else if token.isName {
          if text(place + 1) == ":" { otherNames.insert(token.text) }
          if isMember || text(place + 1) == "(" { uses.append((token.text, token.line)) }
        }
      }
      place += 1
    }
  }

  /// `A.B.C`
  private func dotted(_ tokens: [SwiftToken], from start: Int) -> [String] {
    var names = [tokens[start].text]
    var place = start
    while place + 2 < tokens.count, tokens[place + 1].text == ".", tokens[place + 2].isTypeName {
      names.append(tokens[place + 2].text)
      place += 2
    }
    return names
  }
}
