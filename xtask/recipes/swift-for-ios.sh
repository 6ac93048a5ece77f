#!/usr/bin/env bash
# Type-checks the façade as iOS gets it: for an iOS 15 target and for app extensions, by the compiler that runs on Linux. Run in the Swift root,
# in the project's folder. The standard library for iOS is made from its textual interface, which names the version of iOS for each declaration;
# Apple's frameworks are the stand-ins of bindings/swift/AppleStubs. Nothing that is made here can run, and nothing of it is shipped.
# Then the same with each file of Tests/IosRefused added, which must be refused for the reason in its first line.
set -euo pipefail
target=x86_64-apple-ios15.0-simulator
interfaces=/usr/libexec/swift/lib/swift/linux
swift=bindings/swift
refused=$swift/Tests/IosRefused
made=/scratch/ios
library=$made/library-$({ swiftc --version 2>&1; cat "$0"; } | sha256sum | cut -c1-12)
modules=$made/modules
mkdir -p "$made"
# One at a time: the folder of the modules is shared.
exec 9> "$made/lock"
flock 9

frontend() {
    # Free-standing: there are no headers of iOS. With -O, because a module for debugging would want one more library.
    swiftc -frontend -O -target "$target" -disable-objc-interop -resource-dir "$library/resources" -I "$library" -Xcc -ffreestanding \
        -Xcc "-fmodule-map-file=$swift/Sources/KlarnaStepUpCoreFFI/include/module.modulemap" -package-name project -swift-version 6 "$@"
}

# The bodies of the interface are for inlining only.
library_module() {
    local name=$1 flags interface=$interfaces/$1.swiftmodule/x86_64-pc-linux-gnu.swiftinterface
    mkdir -p "$library.tmp/$name.swiftmodule"
    flags=$(sed -n 's/^\/\/ swift-module-flags: //p' "$interface" | sed 's/-target [^ ]*//; s/-library-level [a-z]*//')
    # shellcheck disable=SC2086 # flags are words
    swiftc -frontend -emit-module "$interface" $flags -target "$target" -disable-objc-interop -suppress-warnings \
        -disable-availability-checking -experimental-skip-all-function-bodies \
        -resource-dir "$library.tmp/resources" -I "$library.tmp" \
        -o "$library.tmp/$name.swiftmodule/x86_64-apple-ios-simulator.swiftmodule"
}

if [ ! -d "$library" ]; then
    rm -rf "$made"/library-*
    mkdir -p "$library.tmp/resources"
    ln -s "${interfaces%/*}/shims" "${interfaces%/*}/clang" "$library.tmp/resources/"
    for name in Swift _Concurrency _StringProcessing; do library_module "$name"; done
    mv "$library.tmp" "$library"
fi

# module NAME FOLDER [FLAG…]: compiles a folder to a module that others import.
module() {
    local name=$1 folder=$2
    shift 2
    mkdir -p "$modules/$name.swiftmodule"
    find "$folder" -name '*.swift' | sort > "$made/$name.files"
    frontend -emit-module "@$made/$name.files" -module-name "$name" -D DEBUG -I "$modules" "$@" \
        -o "$modules/$name.swiftmodule/x86_64-apple-ios-simulator.swiftmodule"
}

# The bodies of generated code and of stand-ins are of no interest: only what they declare is.
for name in Dispatch Foundation; do
    module "$name" "$swift/AppleStubs/ios/$name" -experimental-skip-all-function-bodies -parse-as-library
done
for name in UIKit AuthenticationServices Network SwiftUI; do
    module "$name" "$swift/AppleStubs/$name" -experimental-skip-all-function-bodies -parse-as-library
done
module KlarnaStepUpCore "$swift/Sources/KlarnaStepUpCore" -experimental-skip-all-function-bodies -parse-as-library

facade=$swift/Sources/KlarnaStepUp
find "$facade" -name '*.swift' | sort > "$made/facade.files"
check() {
    frontend -typecheck "@$made/facade.files" -module-name KlarnaStepUp -parse-as-library -warnings-as-errors -I "$modules" "$@"
}
check
check -application-extension
check -D KLARNA_STEP_UP_SLIM
# The testing product is for iOS too.
module KlarnaStepUp "$facade" -experimental-skip-all-function-bodies -parse-as-library
find "$swift/Sources/KlarnaStepUpTesting" -name '*.swift' | sort > "$made/testing.files"
frontend -typecheck "@$made/testing.files" -module-name KlarnaStepUpTesting -parse-as-library -warnings-as-errors -I "$modules"
checked=0
for file in "$refused"/*.swift; do
    reason=$(sed -n '1s/^\/\/ error: //p' "$file")
    if [ -z "$reason" ]; then
        echo "$file does not say why it is refused"
        exit 1
    fi
    if said=$(check -application-extension "$file" 2>&1) || [[ $said != *"error: "*"$reason"* ]]; then
        printf '%s was not refused for: %s\n%s\n' "$file" "$reason" "$said"
        exit 1
    fi
    checked=$((checked + 1))
done
files=$(cat "$made/facade.files" "$made/testing.files" | wc -l)
echo "façade and testing product type-check for $target, the façade for app extensions and slim too: $files files; $checked mistakes are refused"
