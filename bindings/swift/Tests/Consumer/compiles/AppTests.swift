import KlarnaStepUp
import KlarnaStepUpTesting

/// An app's own test.
func payingOnce() async throws -> Bool {
    let phone = try TestPhone()
    let paying = Task { await phone.client.pay(Order(reference: "42", json: "{}")) }
    _ = await phone.surface.next()
    phone.inject(.doubleLink)
    phone.backend.says(.approved)
    await phone.customerIsDone()
    return await paying.value.isApproved
}
