#ifndef STEWARD_KERNELS_H
#define STEWARD_KERNELS_H
/* Numeric kernels, one header per topic, included here. */
#include "profile_block.h"
#endif
