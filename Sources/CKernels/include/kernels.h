#ifndef STEWARD_KERNELS_H
#define STEWARD_KERNELS_H
/* Numeric kernels, one header per topic, included here. */
#include "lattice.h"
#include "profile_block.h"
#include "sort.h"
#include "csv.h"
#include "dictionary.h"
#include "number.h"
#endif
