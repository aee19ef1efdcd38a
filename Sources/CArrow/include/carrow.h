#ifndef STEWARD_CARROW_H
#define STEWARD_CARROW_H

#include "adbc.h"
#include "arrow_c_data.h"

#endif
