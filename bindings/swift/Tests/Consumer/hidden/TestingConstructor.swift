// error: is inaccessible due to 'package' protection level
import KlarnaStepUp
import KlarnaStepUpTesting

func make(_ phone: TestPhone) { phone.client.signal(.foreground) }
