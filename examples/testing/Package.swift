// swift-tools-version: 6.2
import PackageDescription

// A package of yours, with properties of your own expressions and flows. Elsewhere the dependency
// is `.package(url: …, from: …)`.
let package = Package(
  name: "policy",
  dependencies: [.package(name: "signalbox", path: "../..")],
  targets: [
    .testTarget(
      name: "PolicyTests",
      dependencies: [.product(name: "SignalboxTesting", package: "signalbox")]
    )
  ]
)
