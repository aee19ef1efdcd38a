#ifndef STEWARD_CARROW_H
#define STEWARD_CARROW_H
#endif
