#ifndef STEWARD_KERNELS_H
#define STEWARD_KERNELS_H
/* Numeric kernels, one header per topic, included here. */
#include "lattice.h"
#include "merge.h"
#include "sort.h"
#endif
