// error: 'engine' is inaccessible
import KlarnaStepUp

func take(_ client: StepUpClient) { _ = client.engine }
