#ifndef STEWARD_CASSETS_H
#define STEWARD_CASSETS_H

#include <stddef.h>

/// A file of ui/, as it was when the program was built.
struct steward_asset {
    const char *name;
    const unsigned char *bytes;
    size_t size;
};

/// NULL when there are no more.
const struct steward_asset *steward_asset_at(size_t index);

#endif
