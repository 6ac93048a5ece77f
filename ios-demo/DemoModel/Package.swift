// swift-tools-version: 6.0
import PackageDescription

// All of the demo app but its views. Xcode builds it as a part of the app, which takes the library from this repository as any app would;
// `cargo xtask test ios-demo` builds and tests it on Linux.
let model = "DemoModel"
let library = "KlarnaStepUp"

#if os(Linux)
// The app without views, in a process of its own that a test can kill; and the tests, which need the sandbox beside them.
let onLinux: [Target] = [
    .executableTarget(
        name: "demo-terminal", dependencies: [.target(name: model), .product(name: library, package: library)],
        path: "Sources/DemoTerminal"),
    .testTarget(
        name: model + "Tests",
        dependencies: [
            .target(name: model), .target(name: "demo-terminal"), .product(name: library, package: library),
            .product(name: library + "Testing", package: library),
        ]),
]
#else
let onLinux: [Target] = []
#endif

let package = Package(
    name: model,
    platforms: [.iOS(.v15), .macOS(.v12)],
    products: [.library(name: model, targets: [model])],
    dependencies: [.package(name: library, path: "../..")],
    targets: onLinux + [
        .target(name: model, dependencies: [.product(name: library, package: library)])
    ],
    swiftLanguageModes: [.v6]
)
