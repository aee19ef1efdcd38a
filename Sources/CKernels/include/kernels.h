#ifndef STEWARD_KERNELS_H
#define STEWARD_KERNELS_H
/* Numeric kernels, one header per topic, included here. */
#include "csv.h"
#include "dictionary.h"
#include "gap.h"
#include "lattice.h"
#include "merge.h"
#include "number.h"
#include "profile_block.h"
#include "sort.h"
#endif
