import Foundation
import Testing

@Suite("The folders of each target") struct FolderOrderTests {
  private static let sources = Document.project.appending(path: "Sources")

  @Test("use only what lies in folders that stand before them in the map")
  func order() throws {
    let plan = try FloorPlan.ofThisProject()
    #expect(plan.targets.count >= 7)
    for target in plan.targets {
      let sources = try TargetSources(at: Self.sources.appending(path: target.name))
      for use in target.upwardUses(in: sources) { Issue.record("\(target.name)/\(use), which stands behind it") }
    }
  }

  @Test("stand in the map, all of them, and the map has none that is not there")
  func wholeness() throws {
    let plan = try FloorPlan.ofThisProject()
    for name in try FileManager.default.contentsOfDirectory(atPath: Self.sources.path).sorted() {
      let folders = try TargetSources(at: Self.sources.appending(path: name)).folders.filter { !$0.isEmpty }
      let mapped = plan.targets.first { $0.name == name }?.folders ?? []
      #expect(Set(mapped) == folders, "\(name)")
      #expect(Set(mapped).count == mapped.count, "\(name)")
    }
  }

  // MARK: Seen to fail

  private static let house = FloorPlan(
    """
    ## A map
    ### `House`
    | folder | what |
    |---|---|
    | `Cellar` | wine |
    | `Hall` | coats |
    | `Hall/Stairs` | steps |
    """)

  private static let roof = SwiftFile(
    folder: "Hall", name: "Coat.swift",
    source: """
      struct Coat { struct Pocket {} }
      extension Bottle {
        func uncorked() {}
        private func hidden() {}
      }
      """)

  private func found(_ cellar: String) throws -> [String] {
    let files = [
      SwiftFile(folder: "Cellar", name: "Bottle.swift", source: "struct Bottle { func drink() {} }"),
      SwiftFile(folder: "Cellar", name: "Rack.swift", source: cellar), Self.roof,
      SwiftFile(
        folder: "Hall/Stairs", name: "Step.swift", source: "struct Step { let coat: Coat, pocket: Coat.Pocket }"),
      SwiftFile(folder: "", name: "House.swift", source: "struct House { let step: Step, bottle: Bottle }"),
    ]
    let target = try #require(Self.house.targets.first)
    return target.upwardUses(in: TargetSources(files: files)).map(\.description)
  }

  @Test(
    "are found to use what lies behind them, wherever it is named",
    arguments: [
      ("struct Rack {\n  let coat: Coat\n}", ["Rack.swift:2: Cellar uses Coat of Hall"]),
      ("func hang(_ coat: [Coat?]) {}", ["Rack.swift:1: Cellar uses Coat of Hall"]),
      ("extension Coat {}", ["Rack.swift:1: Cellar uses Coat of Hall"]),
      (
        "let pocket = Coat.Pocket()",
        ["Rack.swift:1: Cellar uses Coat of Hall", "Rack.swift:1: Cellar uses Coat.Pocket of Hall"]
      ),
      (#"let text = "in \(Coat.self) here""#, ["Rack.swift:1: Cellar uses Coat of Hall"]),
      ("func serve(_ bottle: Bottle) { bottle.uncorked() }", ["Rack.swift:1: Cellar uses uncorked of Hall"]),
      ("struct Rack { let step: Step }", ["Rack.swift:1: Cellar uses Step of Hall/Stairs"]),
      ("let all: House? = nil", ["Rack.swift:1: Cellar uses House of ."]),
    ])
  func planted(source: String, uses: [String]) throws {
    #expect(try found(source) == uses)
  }

  @Test(
    "may speak of what lies behind them, and have something of the same name",
    arguments: [
      "// A Coat, and a /* Coat.\nlet rack = 1", "/* Coat /* Coat */ Coat */ let rack = 1",
      #"let text = "Coat \("Coat")""#,
      "let text = \"\"\"\n  Coat\n  \"\"\"", ##"let text = #"Coat \(Coat)"#"##,
      "private struct Coat {}\nlet coat = Coat()",
      "struct Rack {\n  struct Coat {}\n  func f() -> Coat { Coat() }\n}", "enum Rack { case coat }",
      "func serve(_ bottle: Bottle) { bottle.drink() }", "func hidden() {}\nfunc f() { hidden() }",
      "func f(_ garment: Garment.Coat) {}",
    ])
  func allowed(source: String) throws {
    #expect(try found(source) == [])
  }
}
