// error: 'customTab' is inaccessible
import KlarnaStepUp

let surface = Surface.customTab
