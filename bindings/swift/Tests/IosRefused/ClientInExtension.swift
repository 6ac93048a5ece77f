// error: is unavailable in application extensions for iOS
func clientInExtension(_ configuration: StepUpConfiguration) throws {
    _ = try StepUpClient(configuration: configuration)
}
