// error: cannot find type 'RustBuffer' in scope
import KlarnaStepUp

func take(_ buffer: RustBuffer) {}
