// error: 'Platform' is inaccessible
import KlarnaStepUp

func take(_ platform: Platform) {}
