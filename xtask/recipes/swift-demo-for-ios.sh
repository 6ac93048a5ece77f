#!/usr/bin/env bash
# Type-checks the demo app as iOS gets it: model and views, for an iOS 15 target. Run in the Swift root, in the project's folder, after
# swift-for-ios.sh, which makes the standard library and says how; the stand-ins are compiled anew, into a folder of the demo's own.
set -euo pipefail
target=x86_64-apple-ios15.0-simulator
swift=bindings/swift
library() { find /scratch/ios -maxdepth 1 -name 'library-*' ! -name '*.tmp' 2>/dev/null | head -n 1; }
[ -n "$(library)" ] || bash xtask/recipes/swift-for-ios.sh
library=$(library)
modules=/scratch/demo/ios-modules
mkdir -p "$modules"

frontend() {
    swiftc -frontend -O -target "$target" -disable-objc-interop -resource-dir "$library/resources" -I "$library" -Xcc -ffreestanding \
        -Xcc "-fmodule-map-file=$swift/Sources/KlarnaStepUpCoreFFI/include/module.modulemap" -swift-version 6 -I "$modules" "$@"
}

# module PACKAGE NAME FOLDER: what a folder declares, as a module; its bodies are another check's.
module() {
    mkdir -p "$modules/$2.swiftmodule"
    find "$3" -name '*.swift' | sort > "$modules/$2.files"
    frontend -emit-module "@$modules/$2.files" -module-name "$2" -package-name "$1" -D DEBUG -parse-as-library \
        -experimental-skip-all-function-bodies -o "$modules/$2.swiftmodule/x86_64-apple-ios-simulator.swiftmodule"
}

for name in Dispatch Foundation; do module project "$name" "$swift/AppleStubs/ios/$name"; done
for name in UIKit AuthenticationServices Network SwiftUI; do module project "$name" "$swift/AppleStubs/$name"; done
for name in KlarnaStepUpCore KlarnaStepUp; do module project "$name" "$swift/Sources/$name"; done

model=ios-demo/DemoModel/Sources/DemoModel
find "$model" -name '*.swift' | sort > "$modules/model.files"
find ios-demo/KlarnaStepUpDemo -name '*.swift' | sort > "$modules/views.files"
frontend -typecheck "@$modules/model.files" -module-name DemoModel -package-name demo -parse-as-library -warnings-as-errors
module demo DemoModel "$model"
frontend -typecheck "@$modules/views.files" -module-name KlarnaStepUpDemo -package-name app -parse-as-library -warnings-as-errors
# What is newer is refused: else the check would prove nothing.
late=$modules/late.swift
printf 'import SwiftUI\nfunc late() async throws { try await Task.sleep(for: .seconds(1)) }\n' > "$late"
if said=$(frontend -typecheck "$late" -module-name Late -parse-as-library 2>&1) || [[ $said != *"only available in iOS 16"* ]]; then
    printf 'what is newer than iOS 15 was not refused\n%s\n' "$said"
    exit 1
fi
echo "the demo app type-checks for $target: $(cat "$modules/model.files" "$modules/views.files" | wc -l) files"
