// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
  .strictMemorySafety(),
]

/// A Swift module of the engine; `uses` lists the modules above it that it may import.
func module(_ name: String, uses: [String] = []) -> Target {
  .target(name: name, dependencies: uses.map { .byName(name: $0) }, swiftSettings: strict)
}

/// A test target for `name`.
func tests(_ name: String, uses: [String], excluding: [String] = []) -> Target {
  .testTarget(
    name: name,
    dependencies: uses.map { .byName(name: $0) },
    exclude: excluding,
    swiftSettings: strict
  )
}

let package = Package(
  name: "signalbox",
  products: [
    .library(name: "Signalbox", targets: ["Signalbox"]),
    .library(name: "SignalboxTesting", targets: ["SignalboxTesting"]),
    .executable(name: "signalbox", targets: ["SignalboxCommand"]),
    .executable(name: "conformance", targets: ["Conformance"]),
    .executable(name: "benchmarks", targets: ["Benchmarks"]),
    .executable(name: "differential", targets: ["Differential"]),
  ],
  targets: [
    // C libraries: one importing Swift module each.
    .systemLibrary(name: "CYAML", providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(name: "CSQLite", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(name: "CCrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CJQ", providers: [.apt(["libjq-dev", "libonig-dev"])]),
    .systemLibrary(name: "CExpat", providers: [.apt(["libexpat1-dev"])]),
    .target(name: "CRE2", linkerSettings: [.linkedLibrary("re2")]),
    .target(name: "CCurl"),
    .target(name: "CSystem"),

    // The engine, in order: each module depends only on those above it.
    module("Source"),
    module("Values", uses: ["CCrypto"]),
    module("RegularExpression", uses: ["CRE2"]),
    module("Document", uses: ["CYAML", "RegularExpression", "Source", "Values"]),
    module("XML", uses: ["CExpat", "Source"]),
    module("Expression", uses: ["RegularExpression", "Source", "Values"]),
    module("JSONPath", uses: ["CJQ", "RegularExpression", "Source", "Values"]),
    module("Definition", uses: ["Source", "Values", "Document"]),
    module("Import", uses: ["Source", "Values", "Document", "XML", "Definition", "JSONPath"]),
    module("Table", uses: ["Source", "Values", "Document", "Expression", "JSONPath"]),
    module(
      "Compiler",
      uses: ["Source", "Values", "Document", "Expression", "Definition", "Table"]
    ),
    module("Relation", uses: ["Source", "Table", "Values"]),
    module("Drawing", uses: ["Table", "XML"]),
    module(
      "Verifier",
      uses: ["Source", "Values", "Definition", "Expression", "Table", "Relation"]
    ),
    module(
      "Costing",
      uses: ["Source", "Values", "Document", "Definition", "Table", "Relation", "Verifier"]
    ),
    module("Execution", uses: ["Source", "Values", "Expression", "Document", "Table"]),
    module("Journal", uses: ["Source", "Values", "Table", "Execution"]),
    module("SQLiteStore", uses: ["CSQLite", "Source", "Values", "Execution", "Journal"]),
    module("Tools", uses: ["CSystem", "CCurl", "Values"]),
    module("Models", uses: ["Values", "Tools"]),
    module(
      "Planning",
      uses: [
        "Source", "Values", "Document", "Definition", "Table", "Compiler", "Verifier", "Costing",
      ]
    ),
    module(
      "Runtime",
      uses: [
        "Source", "Values", "Document", "Definition", "Expression", "Table", "Relation", "Costing",
        "Execution", "Journal", "Tools", "Models", "Planning", "Verifier",
      ]
    ),
    module(
      "Signalbox",
      uses: [
        "Source", "Values", "Document", "Expression", "JSONPath", "Definition", "Import", "Table",
        "Compiler", "Drawing", "Relation", "Verifier", "Costing", "Execution", "Journal",
        "SQLiteStore", "Tools", "Models", "Planning", "Runtime",
      ]
    ),
    module("SignalboxTesting", uses: ["Signalbox"]),

    .executableTarget(
      name: "SignalboxCommand",
      dependencies: ["Signalbox", "SignalboxTesting", "CSystem"],
      swiftSettings: strict
    ),
    .executableTarget(
      name: "Conformance",
      dependencies: ["Signalbox", "SignalboxTesting"],
      swiftSettings: strict
    ),
    .executableTarget(
      name: "Differential",
      dependencies: ["SignalboxTesting"],
      swiftSettings: strict
    ),
    .executableTarget(
      name: "Benchmarks",
      dependencies: ["CTableFloor", "Signalbox", "SignalboxTesting"],
      swiftSettings: strict
    ),

    .target(name: "CTableFloor"),

    // Tests.
    .target(
      name: "TestSupport",
      dependencies: ["Source", "Values"],
      path: "Tests/TestSupport",
      swiftSettings: strict
    ),
    tests("SourceTests", uses: ["Source"]),
    tests("ValuesTests", uses: ["Values", "TestSupport"]),
    tests("RegularExpressionTests", uses: ["RegularExpression", "Values", "TestSupport"]),
    tests("DocumentTests", uses: ["Source", "Values", "Document", "TestSupport"]),
    tests("XMLTests", uses: ["Source", "XML", "TestSupport"]),
    tests("ExpressionTests", uses: ["Source", "Values", "Expression", "TestSupport"]),
    tests(
      "JSONPathTests",
      uses: ["Source", "Values", "JSONPath", "TestSupport"],
      excluding: ["corpus"]
    ),
    tests(
      "DefinitionTests",
      uses: ["Source", "Values", "Document", "Definition", "TestSupport"],
      excluding: ["corpus"]
    ),
    tests("ImportTests", uses: ["Signalbox", "XML", "TestSupport"]),
    tests("TableTests", uses: ["Signalbox", "TestSupport"], excluding: ["Golden"]),
    tests(
      "DrawingTests",
      uses: ["Drawing", "Signalbox", "SignalboxTesting", "Source", "TestSupport", "XML"],
      excluding: ["Golden"]
    ),
    tests("CompilerTests", uses: ["Signalbox", "TestSupport"], excluding: ["Corpus"]),
    tests(
      "VerifierTests",
      uses: ["Relation", "Signalbox", "SignalboxTesting", "TestSupport"],
      excluding: ["corpus"]
    ),
    tests("CostingTests", uses: ["Signalbox", "TestSupport"]),
    tests("ExecutionTests", uses: ["Signalbox", "SignalboxTesting", "TestSupport"]),
    tests("SignalboxTestingTests", uses: ["Signalbox", "SignalboxTesting", "TestSupport"]),
    tests("StoreTests", uses: ["Signalbox", "TestSupport"]),
    tests("ToolsTests", uses: ["Signalbox", "TestSupport"]),
    tests("PlanningTests", uses: ["Signalbox", "TestSupport"]),
    tests("RuntimeTests", uses: ["Signalbox", "SignalboxTesting", "TestSupport"]),
    tests("CommandTests", uses: ["Signalbox", "SignalboxCommand", "TestSupport"]),
    tests(
      "ConformanceTests",
      uses: ["Conformance", "Signalbox", "SignalboxTesting", "TestSupport"]
    ),
    tests("TidyTests", uses: ["Signalbox", "TestSupport"]),
  ],
  cxxLanguageStandard: .cxx17
)
