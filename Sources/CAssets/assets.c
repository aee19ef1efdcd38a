#include "CAssets.h"

static const unsigned char css[] = {
#embed "../../ui/steward.css"
};
static const unsigned char js[] = {
#embed "../../ui/steward.js"
};

static const struct steward_asset assets[] = {
    {"steward.css", css, sizeof css},
    {"steward.js", js, sizeof js},
};

const struct steward_asset *steward_asset_at(size_t index) {
    return index < sizeof assets / sizeof *assets ? &assets[index] : NULL;
}
