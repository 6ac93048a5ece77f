// error: cannot find type 'KlarnaStepUpCore' in scope
import KlarnaStepUp

func take(_ client: KlarnaStepUpCore.StepUpClient) {}
