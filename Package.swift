// swift-tools-version: 6.0
import Foundation
import PackageDescription

// The binary library of the release that this is a checkout of; nil before the first. Written by `cargo xtask release`.
let release: (url: String, checksum: String)? = nil
// Which of the two libraries: without HTTP of its own clients use the system's. The package of the slim one says true here.
let slim = false

let sources = "bindings/swift/Sources/"
let tests = "bindings/swift/Tests/"
let facade = "KlarnaStepUp"
let testing = facade + "Testing"
// Generated from the core by `cargo xtask bindings swift`; apps import the façade, never these.
let core = facade + "Core"
let binary = core + "FFI"

func isHere(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: Context.packageDirectory + "/" + path)
}

#if os(Linux)
// A test looks at what Apple's side gets.
let isApple = Context.environment["KLARNA_STEP_UP_MANIFEST"] == "apple"
#else
let isApple = true
#endif

/// The library, as a target.
func library() -> Target {
    guard isApple else {
        // The one for this machine: what `cargo xtask bindings swift` puts there, else what is packaged. Unsafe flags are allowed in a package that is
        // used by its path.
        let built = isHere("bindings/swift/native") ? "bindings/swift/native" : "dist/linux"
        let folder = Context.packageDirectory + "/" + built
        return .target(
            name: binary, path: sources + binary,
            linkerSettings: [
                .linkedLibrary("klarna_step_up"), .unsafeFlags(["-L\(folder)", "-Xlinker", "-rpath", "-Xlinker", folder]),
            ])
    }
    let local = "dist/\(binary).xcframework"
    if isHere(local) {
        return .binaryTarget(name: binary, path: local)
    }
    guard let release else {
        FileHandle.standardError.write(
            Data("KlarnaStepUp has no release to download yet. Make the library in its checkout first: cargo xtask package ios\n".utf8))
        exit(1)
    }
    return .binaryTarget(name: binary, url: release.url, checksum: release.checksum)
}

// Apple's frameworks as far as the façade uses them, so that its Apple-only files compile and run on Linux. Never part of a product.
let stubs: [Target] =
    isApple
    ? []
    : ["UIKit", "AuthenticationServices", "Network", "SwiftUI"].map { name in
        .target(name: name, dependencies: name == "UIKit" ? [] : ["UIKit"], path: "bindings/swift/AppleStubs/" + name)
    }
let apple = stubs.map { Target.Dependency.target(name: $0.name) }

let products: [Target] = [
    .target(
        name: core, dependencies: [.target(name: binary)], path: sources + core,
        // What the library imports beyond the system's own (xtask/recipes/symbols/ios.txt).
        linkerSettings: isApple ? [.linkedFramework("CoreFoundation"), .linkedFramework("Security")] : []),
    .target(
        name: facade, dependencies: [.target(name: core)] + apple, path: sources + facade,
        resources: [.copy("PrivacyInfo.xcprivacy")], swiftSettings: slim ? [.define("KLARNA_STEP_UP_SLIM")] : []),
    .target(name: testing, dependencies: [.target(name: facade)], path: sources + testing),
]

// What is in the checkout and in no package that an app gets: tests, a phone for the sandbox's runner, a benchmark. The programs use what is
// newer than iOS 15.
let ours: [Target] =
    isHere(tests + facade + "Tests")
    ? [
        .testTarget(
            name: facade + "Tests", dependencies: [.target(name: facade), .target(name: testing)], path: tests + facade + "Tests")
    ] : []
let oursOnLinux: [Target] =
    ours.isEmpty || isApple
    ? []
    : [
        .testTarget(name: "AppleShellTests", dependencies: [.target(name: facade)] + apple, path: tests + "AppleShellTests"),
        .executableTarget(
            name: "stepup-phone-swift", dependencies: [.target(name: facade), .target(name: testing)], path: sources + "StepUpPhone"),
        .executableTarget(
            name: "stepup-bench-swift", dependencies: [.target(name: facade), .target(name: core), .target(name: testing)],
            path: "bindings/swift/Bench"),
    ]

let package = Package(
    name: slim ? facade + "Slim" : facade,
    platforms: [.iOS(.v15), .macOS(.v12)],
    products: [.library(name: facade, targets: [facade]), .library(name: testing, targets: [testing])],
    targets: [library()] + stubs + products + ours + oursOnLinux,
    swiftLanguageModes: [.v6]
)
