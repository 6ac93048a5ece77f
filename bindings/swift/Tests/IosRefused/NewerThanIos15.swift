// error: 'sleep(for:tolerance:clock:)' is only available in iOS 16.0 or newer
func newerThanIos15() async {
    try? await Task.sleep(for: .seconds(1))
}
