#include "CAssets.h"

// The compilers that build Steward know #embed in every version of C, and say that it is of C23.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char css[] = {
#embed "../../ui/steward.css"
};
static const unsigned char js[] = {
#embed "../../ui/steward.js"
};
static const unsigned char icon[] = {
#embed "../../ui/icon.svg"
};

static const struct steward_asset assets[] = {
    {"steward.css", css, sizeof css},
    {"steward.js", js, sizeof js},
    {"icon.svg", icon, sizeof icon},
};

const struct steward_asset *steward_asset_at(size_t index) {
    return index < sizeof assets / sizeof *assets ? &assets[index] : NULL;
}
