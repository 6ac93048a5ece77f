// swift-tools-version: 6.0
import PackageDescription

// A shop's package, which knows nothing of the library but where it lies and what its products are called. `cargo xtask test swift-package` puts
// the two folders side by side, as a shop would have them.
let package = Package(
    name: "Consumer",
    platforms: [.iOS(.v15), .macOS(.v12)],
    dependencies: [.package(path: "../KlarnaStepUp")],
    targets: [
        .executableTarget(name: "Shop", dependencies: [.product(name: "KlarnaStepUp", package: "KlarnaStepUp")]),
        .testTarget(
            name: "ShopTests",
            dependencies: [
                .product(name: "KlarnaStepUp", package: "KlarnaStepUp"), .product(name: "KlarnaStepUpTesting", package: "KlarnaStepUp"),
            ]),
    ],
    swiftLanguageModes: [.v6]
)
