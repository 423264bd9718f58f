// swift-tools-version: 6.2
import PackageDescription

/// The settings of every Swift target: Swift 6 mode with the upcoming features that make types, imports and isolation explicit.
var settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  // Views into a server's reply and into JSON are `~Escapable`, so that the compiler proves they never outlive their bytes.
  .enableExperimentalFeature("Lifetimes"),
]
// Where nobody reads warnings, they are errors.
if Context.environment["CI"] != nil { settings.append(.treatAllWarnings(as: .error)) }

/// What a program needs that runs workers until it is asked to stop.
let serving: [Target.Dependency] = [
  "EventStreams", "HiredisClient",
  .product(name: "Logging", package: "swift-log"),
  .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
  .product(name: "UnixSignals", package: "swift-service-lifecycle"),
]

/// The functions that EventStreams loads into the server, and what they share.
let functions = [
  "prelude", "numbers", "checks", "topics", "positions", "deduplication", "waiting", "services", "found", "publish",
  "schedule",
  "cancel",
  "due", "lease", "recover", "outbox", "effects",
  "forward", "sent",
  "letters",
  "commit", "begin", "redrive", "discard", "retention", "confirm", "trim", "trimmable", "staged", "swap",
  "restore", "forget", "roster", "grant", "slots", "close",
]

/// What the pages of any domain's services are made of, and those of rides besides.
let pages =
  [
    "layout", "overview", "spark", "service", "pending", "letters", "letter", "events", "event", "search", "login",
    "problem", "operations",
  ].map { "\($0).mustache" } + ["style.css", "live.js", "icon.svg"]
let ridePages =
  ["rides", "ride", "map", "accounts", "account", "analytics", "archive", "arrears", "disputes", "payouts"].map {
    "\($0).mustache"
  } + ["openapi.json"]

let package = Package(
  name: "rides",
  platforms: [.macOS(.v26)],
  products: [
    .executable(name: "rides", targets: ["rides"]),
    .executable(name: "orders-example", targets: ["OrdersExample"]),
    .library(name: "EventArchive", targets: ["EventArchive"]),
    .library(name: "EventStreamsHTTP", targets: ["EventStreamsHTTP"]),
    .library(name: "EventStreams", targets: ["EventStreams"]),
    .library(name: "EventStreamsOperations", targets: ["EventStreamsOperations"]),
    .library(name: "EventStreamsTesting", targets: ["EventStreamsTesting"]),
    .library(name: "HiredisClient", targets: ["HiredisClient"]),
    .library(name: "RideHailing", targets: ["RideHailing"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.3"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0", traits: []),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
  ],
  targets: [
    .systemLibrary(
      name: "CHiredis", providers: [.apt(["libhiredis-dev"]), .brew(["hiredis"])]),
    .systemLibrary(
      name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"]), .brew(["openssl"])]),
    .systemLibrary(
      name: "CPostgreSQL", pkgConfig: "libpq", providers: [.apt(["libpq-dev"]), .brew(["libpq"])]),
    // What Swift can't import of the system: names and scheduling of threads, the allocator's settings.
    .systemLibrary(name: "CSystemCalls"),
    .target(
      name: "HiredisClient",
      dependencies: [
        "CHiredis", "COpenSSL", "CSystemCalls", .product(name: "CoreMetrics", package: "swift-metrics"),
      ],
      swiftSettings: settings),
    .target(name: "PostgreSQL", dependencies: ["CPostgreSQL"], swiftSettings: settings),
    .target(name: "SpanJSON", swiftSettings: settings),
    .target(
      name: "EventStreams",
      dependencies: [
        "SpanJSON", "HiredisClient",
        .product(name: "BasicContainers", package: "swift-collections"),
        .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "CoreMetrics", package: "swift-metrics"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "Instrumentation", package: "swift-distributed-tracing"),
        .product(name: "Tracing", package: "swift-distributed-tracing"),
      ],
      resources: functions.map { .embedInCode("Protocol/\($0).lua") },
      swiftSettings: settings),
    // What operators ask and decide, and no worker: how services stand, dead letters, groups, rebuilding and restoring.
    .target(
      name: "EventStreamsOperations", dependencies: ["EventStreams", "HiredisClient"], swiftSettings: settings),
    // For users' tests, and ours: handlers without a server.
    .target(name: "EventStreamsTesting", dependencies: ["EventStreams"], swiftSettings: settings),
    // All events in a file or a database: chained, verified, queried in SQL, and read on from where a log was trimmed.
    .target(
      name: "EventArchive",
      dependencies: [
        "EventStreams", "EventStreamsOperations", "PostgreSQL",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "GRDBSQLite", package: "GRDB.swift"),
        .product(name: "HeapModule", package: "swift-collections"),
      ],
      swiftSettings: settings),
    // Spans to a collector, over OTLP: it knows no event.
    .target(
      name: "TraceExport",
      dependencies: [
        "SpanJSON",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "CoreMetrics", package: "swift-metrics"),
        .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "Tracing", package: "swift-distributed-tracing"),
      ],
      swiftSettings: settings),
    // Mail to a server that passes it on: it knows no receipt.
    .target(
      name: "SMTP",
      dependencies: [
        .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
      ],
      swiftSettings: settings),
    // Cards by way of a gateway that speaks Stripe's API: it knows no ride.
    .target(
      name: "CardGateway",
      dependencies: [
        "SpanJSON",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
      ],
      swiftSettings: settings),
    .target(
      name: "RideHailing",
      dependencies: [
        "CardGateway", "EventArchive", "EventStreams", "EventStreamsOperations", "HiredisClient", "SMTP",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "HeapModule", package: "swift-collections"),
      ],
      swiftSettings: settings),
    // What can be said of any domain's services over HTTP: groups, pending entries, dead letters, events, metrics. It knows no ride.
    .target(
      name: "EventStreamsHTTP",
      dependencies: [
        "EventStreams", "EventStreamsOperations", "HiredisClient",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "CoreMetrics", package: "swift-metrics"),
        .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "HummingbirdHTTP2", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "Mustache", package: "swift-mustache"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
        .product(name: "NIOTLS", package: "swift-nio"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "Tracing", package: "swift-distributed-tracing"),
      ],
      resources: pages.map { .embedInCode("Site/\($0)") },
      swiftSettings: settings),
    .target(
      name: "RidesHTTP",
      dependencies: [
        "CardGateway", "EventArchive", "EventStreams", "EventStreamsHTTP", "EventStreamsOperations", "HiredisClient",
        "RideHailing",
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
      ],
      resources: ridePages.map { .embedInCode("Site/\($0)") },
      swiftSettings: settings),
    // The commands, for any list of services; and the program, with the six.
    .target(
      name: "RidesCLI",
      dependencies: [
        "CardGateway", "EventArchive", "EventStreams", "EventStreamsHTTP", "EventStreamsOperations", "HiredisClient",
        "RideHailing", "RidesHTTP", "SMTP", "TraceExport",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "CoreMetrics", package: "swift-metrics"),
        .product(name: "Histogram", package: "hdrhistogram-swift"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "Tracing", package: "swift-distributed-tracing"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ],
      path: "Sources/rides", exclude: ["RidesMain.swift", "rides.docc"],
      resources: [.embedInCode("Commands/Metrics/rules.yml"), .embedInCode("Commands/Metrics/dashboard.json")],
      swiftSettings: settings),
    .executableTarget(
      name: "rides", dependencies: ["RideHailing", "RidesCLI"], path: "Sources/rides",
      exclude: ["Commands", "Input", "LocalRedis", "Options", "Output", "Program.swift", "Rides.swift"],
      swiftSettings: settings),
    // The tutorial: another domain on the same library.
    .executableTarget(
      name: "OrdersExample",
      dependencies: serving + [
        "EventArchive", "EventStreamsHTTP", "EventStreamsOperations",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings),
    // What scripts/bench measures the worker runtime with.
    .executableTarget(
      name: "BenchmarkWorker",
      dependencies: serving + ["RideHailing", .product(name: "ArgumentParser", package: "swift-argument-parser")],
      path: "Tests/BenchmarkWorker", swiftSettings: settings),
    // And the server: what Hummingbird does with nothing around it.
    .executableTarget(
      name: "BenchmarkServer",
      dependencies: [
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
      ],
      path: "Tests/BenchmarkServer", swiftSettings: settings),
    // A real redis-server and PostgreSQL for tests, random numbers by seed, real trips; regular targets because test targets can't share
    // anything otherwise.
    .target(
      name: "RedisTestSupport",
      dependencies: ["PostgreSQL", "HiredisClient", .product(name: "Subprocess", package: "swift-subprocess")],
      path: "Tests/RedisTestSupport", swiftSettings: settings),
    .target(name: "RandomTestSupport", path: "Tests/RandomTestSupport", swiftSettings: settings),
    .target(
      name: "RideTestSupport", dependencies: ["RedisTestSupport"], path: "Tests/RideTestSupport",
      swiftSettings: settings),
    // A card gateway that is strict where a client could be careless, in Python.
    .target(
      name: "GatewayDouble",
      dependencies: [
        "CardGateway",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
      ],
      path: "Tests/GatewayDouble", exclude: ["double.py"], swiftSettings: settings),
    // A worker whose handler ends its process, and one of which there are two versions, for the tests of that.
    .executableTarget(
      name: "TestWorker",
      dependencies: serving,
      path: "Tests/TestWorker", swiftSettings: settings),
    // The program with a seventh service, for the test that it takes a folder and a line.
    .executableTarget(
      name: "LoyaltyRides", dependencies: ["EventStreams", "RideHailing", "RidesCLI"], path: "Tests/LoyaltyRides",
      swiftSettings: settings),
    .testTarget(name: "SpanJSONTests", dependencies: ["SpanJSON", "RandomTestSupport"], swiftSettings: settings),
    .testTarget(
      name: "SMTPTests",
      dependencies: [
        "RedisTestSupport", "SMTP",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
      ],
      swiftSettings: settings),
    .testTarget(
      name: "CardGatewayTests",
      dependencies: ["CardGateway", .product(name: "Crypto", package: "swift-crypto")], swiftSettings: settings),
    .testTarget(
      name: "TraceExportTests",
      dependencies: [
        "SpanJSON", "TraceExport",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "Tracing", package: "swift-distributed-tracing"),
      ],
      swiftSettings: settings),
    .testTarget(
      name: "HiredisClientTests", dependencies: ["HiredisClient", "RedisTestSupport"], swiftSettings: settings),
    .testTarget(
      name: "EventStreamsTests",
      dependencies: [
        "EventStreams", "EventStreamsOperations", "EventStreamsTesting", "RandomTestSupport", "HiredisClient",
        "RedisTestSupport",
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: settings),
    .testTarget(
      name: "SystemTests",
      dependencies: [
        "CardGateway", "EventArchive", "EventStreams", "EventStreamsOperations", "GatewayDouble", "HiredisClient",
        "RideHailing", "RedisTestSupport", "RideTestSupport", "RidesCLI", "LoyaltyRides", "TestWorker", "rides",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      exclude: ["Fixtures"], swiftSettings: settings),
    .testTarget(
      name: "RidesHTTPTests",
      dependencies: [
        "CardGateway", "EventArchive", "EventStreams", "EventStreamsHTTP", "EventStreamsOperations", "GatewayDouble",
        "HiredisClient", "RedisTestSupport", "RideHailing", "RidesHTTP",
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "HummingbirdTesting", package: "hummingbird"),
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: settings),
    // Mutated inputs of all decoders and of the command line; FUZZ_INPUTS says how many.
    .testTarget(
      name: "FuzzTests",
      dependencies: [
        "EventArchive", "EventStreams", "HiredisClient", "RideHailing", "RidesCLI",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Tests/Fuzz", swiftSettings: settings),
    .testTarget(
      name: "OrdersExampleTests",
      dependencies: [
        "EventArchive", "EventStreams", "EventStreamsHTTP", "EventStreamsOperations", "EventStreamsTesting",
        "OrdersExample", "HiredisClient", "RedisTestSupport",
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdTesting", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
      ],
      swiftSettings: settings),
    // The documents' code, and the README's service as a program.
    .executableTarget(
      name: "FirstService",
      dependencies: serving,
      path: "Tests/Documents/FirstService", swiftSettings: settings),
    .testTarget(
      name: "DocumentTests",
      dependencies: [
        "EventStreams", "EventStreamsHTTP", "EventStreamsOperations", "EventStreamsTesting", "OrdersExample",
        "HiredisClient",
        .product(name: "CoreMetrics", package: "swift-metrics"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "Metrics", package: "swift-metrics"),
      ],
      path: "Tests/Documents", exclude: ["FirstService"], swiftSettings: settings),
    .testTarget(
      name: "RideHailingTests",
      dependencies: [
        "CardGateway", "EventArchive", "EventStreams", "EventStreamsOperations", "EventStreamsTesting",
        "GatewayDouble", "PostgreSQL", "HiredisClient", "RideHailing", "RedisTestSupport", "RideTestSupport", "rides",
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: settings),
  ]
)
