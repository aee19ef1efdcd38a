#ifndef STEWARD_KERNELS_H
#define STEWARD_KERNELS_H
/* Numeric kernels, one header per topic, included here. */
<<<<<<< HEAD
=======
#include "lattice.h"
#include "profile_block.h"
#include "sort.h"
>>>>>>> w-profile
#include "csv.h"
#include "dictionary.h"
#include "lattice.h"
#include "number.h"
<<<<<<< HEAD
#include "profile_block.h"
#include "sort.h"
#include "gap.h"
=======
>>>>>>> w-profile
#endif
