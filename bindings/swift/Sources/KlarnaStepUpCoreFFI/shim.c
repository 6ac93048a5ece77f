#include "KlarnaStepUpCoreFFI.h"
