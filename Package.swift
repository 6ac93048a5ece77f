// swift-tools-version: 6.0
import PackageDescription

let sources = "bindings/swift/Sources/"
let tests = "bindings/swift/Tests/"

let facade = "KlarnaStepUp"
// Generated from the core by `cargo xtask bindings swift`; apps import the façade, never these.
let core = facade + "Core"

#if os(Linux)
// The library for this machine, which `cargo xtask bindings swift` puts there. Unsafe flags are allowed in a root package only, and
// an app's own build never comes here.
let native = "\(Context.packageDirectory)/bindings/swift/native"
let ffi: [Target] = [
    .target(
        name: core + "FFI",
        path: sources + core + "FFI",
        linkerSettings: [
            .linkedLibrary("klarna_step_up"),
            .unsafeFlags(["-L\(native)", "-Xlinker", "-rpath", "-Xlinker", native]),
        ])
]
// Apple's frameworks as far as the façade uses them, so that its Apple-only files compile and run here. Never part of a product.
let stubs: [Target] = ["UIKit", "AuthenticationServices", "Network", "SwiftUI"].map { name in
    .target(
        name: name, dependencies: name == "UIKit" ? [] : ["UIKit"], path: "bindings/swift/AppleStubs/" + name)
}
#else
let ffi: [Target] = [.binaryTarget(name: core + "FFI", path: "dist/KlarnaStepUpCoreFFI.xcframework")]
let stubs: [Target] = []
#endif
let apple = stubs.map { Target.Dependency.target(name: $0.name) }
let shellTests: [Target] =
    stubs.isEmpty
    ? []
    : [.testTarget(name: "AppleShellTests", dependencies: [.target(name: facade)] + apple, path: tests + "AppleShellTests")]

let testing = facade + "Testing"
// A phone for the sandbox's runner, which counts its tasks, and the benchmark: both use what is newer than iOS 15.
let programs: [Target] =
    stubs.isEmpty
    ? []
    : [
        .executableTarget(
            name: "stepup-phone-swift", dependencies: [.target(name: facade), .target(name: testing)], path: sources + "StepUpPhone"),
        .executableTarget(
            name: "stepup-bench-swift", dependencies: [.target(name: facade), .target(name: core), .target(name: testing)],
            path: "bindings/swift/Bench"),
    ]

// The XCFramework of the slim flavour has no HTTP of its own: clients then use the system's unless they say otherwise.
let slim = Context.environment["KLARNA_STEP_UP_SLIM"] != nil

let package = Package(
    name: facade,
    platforms: [.iOS(.v15), .macOS(.v12)],
    products: [.library(name: facade, targets: [facade]), .library(name: testing, targets: [testing])],
    targets: ffi + stubs + shellTests + programs + [
        .target(name: core, dependencies: [.target(name: core + "FFI")], path: sources + core),
        .target(
            name: facade, dependencies: [.target(name: core)] + apple, path: sources + facade,
            resources: [.copy("PrivacyInfo.xcprivacy")], swiftSettings: slim ? [.define("KLARNA_STEP_UP_SLIM")] : []),
        .target(name: testing, dependencies: [.target(name: facade)], path: sources + testing),
        .testTarget(
            name: facade + "Tests", dependencies: [.target(name: facade), .target(name: testing)], path: tests + facade + "Tests"),
    ],
    swiftLanguageModes: [.v6]
)
