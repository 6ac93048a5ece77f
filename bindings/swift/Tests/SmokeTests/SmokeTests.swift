import Testing

@testable import KlarnaStepUpCore

/// Calls the real library: the generated code compares its checksums with the library's own on the first call.
@Test func theLibraryIsTheOneThatTheBindingsWereMadeFor() {
    #expect(libraryVersion() == "0.1.0")
}
