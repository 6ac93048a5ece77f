// error: 'Seams' is inaccessible
import KlarnaStepUp

func take(_ seams: Seams) {}
