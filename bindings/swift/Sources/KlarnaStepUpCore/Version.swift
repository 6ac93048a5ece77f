/// The version of the library that these bindings were generated from.
public let bindingsVersion = "0.1.0"
