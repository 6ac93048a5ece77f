// error: cannot find type 'Seams' in scope
import KlarnaStepUp

func take(_ seams: Seams) {}
