// error: cannot find type 'Platform' in scope
import KlarnaStepUp

func take(_ platform: Platform) {}
