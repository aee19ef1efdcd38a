// The part of ADBC (Arrow database connectivity, specification version 1.0.0) that Steward calls. The order of the
// members of AdbcDriver is the interface: a driver fills the table by position.
#ifndef STEWARD_ADBC_H
#define STEWARD_ADBC_H

#include <stddef.h>
#include <stdint.h>

#include "arrow_c_data.h"

#define STEWARD_ADBC_VERSION 1000000
#define STEWARD_ADBC_STATUS_OK 0

typedef uint8_t AdbcStatusCode;

struct AdbcDriver;

struct AdbcError {
    char *message;
    int32_t vendor_code;
    char sqlstate[5];
    void (*release)(struct AdbcError *);
    // Used from version 1.1.0 on, and only when vendor_code says so; kept so that a newer driver stays inside the
    // struct.
    void *private_data;
    struct AdbcDriver *private_driver;
};

struct AdbcDatabase {
    void *private_data;
    struct AdbcDriver *private_driver;
};

struct AdbcConnection {
    void *private_data;
    struct AdbcDriver *private_driver;
};

struct AdbcStatement {
    void *private_data;
    struct AdbcDriver *private_driver;
};

struct AdbcPartitions;

struct AdbcDriver {
    void *private_data;
    void *private_manager;
    AdbcStatusCode (*release)(struct AdbcDriver *, struct AdbcError *);

    AdbcStatusCode (*DatabaseInit)(struct AdbcDatabase *, struct AdbcError *);
    AdbcStatusCode (*DatabaseNew)(struct AdbcDatabase *, struct AdbcError *);
    AdbcStatusCode (*DatabaseSetOption)(struct AdbcDatabase *, const char *, const char *, struct AdbcError *);
    AdbcStatusCode (*DatabaseRelease)(struct AdbcDatabase *, struct AdbcError *);

    AdbcStatusCode (*ConnectionCommit)(struct AdbcConnection *, struct AdbcError *);
    AdbcStatusCode (*ConnectionGetInfo)(
        struct AdbcConnection *, const uint32_t *, size_t, struct ArrowArrayStream *, struct AdbcError *);
    AdbcStatusCode (*ConnectionGetObjects)(
        struct AdbcConnection *, int, const char *, const char *, const char *, const char **, const char *,
        struct ArrowArrayStream *, struct AdbcError *);
    AdbcStatusCode (*ConnectionGetTableSchema)(
        struct AdbcConnection *, const char *, const char *, const char *, struct ArrowSchema *, struct AdbcError *);
    AdbcStatusCode (*ConnectionGetTableTypes)(struct AdbcConnection *, struct ArrowArrayStream *, struct AdbcError *);
    AdbcStatusCode (*ConnectionInit)(struct AdbcConnection *, struct AdbcDatabase *, struct AdbcError *);
    AdbcStatusCode (*ConnectionNew)(struct AdbcConnection *, struct AdbcError *);
    AdbcStatusCode (*ConnectionSetOption)(struct AdbcConnection *, const char *, const char *, struct AdbcError *);
    AdbcStatusCode (*ConnectionReadPartition)(
        struct AdbcConnection *, const uint8_t *, size_t, struct ArrowArrayStream *, struct AdbcError *);
    AdbcStatusCode (*ConnectionRelease)(struct AdbcConnection *, struct AdbcError *);
    AdbcStatusCode (*ConnectionRollback)(struct AdbcConnection *, struct AdbcError *);

    AdbcStatusCode (*StatementBind)(
        struct AdbcStatement *, struct ArrowArray *, struct ArrowSchema *, struct AdbcError *);
    AdbcStatusCode (*StatementBindStream)(struct AdbcStatement *, struct ArrowArrayStream *, struct AdbcError *);
    AdbcStatusCode (*StatementExecuteQuery)(
        struct AdbcStatement *, struct ArrowArrayStream *, int64_t *, struct AdbcError *);
    AdbcStatusCode (*StatementExecutePartitions)(
        struct AdbcStatement *, struct ArrowSchema *, struct AdbcPartitions *, int64_t *, struct AdbcError *);
    AdbcStatusCode (*StatementGetParameterSchema)(struct AdbcStatement *, struct ArrowSchema *, struct AdbcError *);
    AdbcStatusCode (*StatementNew)(struct AdbcConnection *, struct AdbcStatement *, struct AdbcError *);
    AdbcStatusCode (*StatementPrepare)(struct AdbcStatement *, struct AdbcError *);
    AdbcStatusCode (*StatementRelease)(struct AdbcStatement *, struct AdbcError *);
    AdbcStatusCode (*StatementSetOption)(struct AdbcStatement *, const char *, const char *, struct AdbcError *);
    AdbcStatusCode (*StatementSetSqlQuery)(struct AdbcStatement *, const char *, struct AdbcError *);
    AdbcStatusCode (*StatementSetSubstraitPlan)(struct AdbcStatement *, const uint8_t *, size_t, struct AdbcError *);

    // Room for the members of later versions: a driver that ignores the version asked for still writes inside.
    void *later_versions[64];
};

// The entry point of a driver, looked up by name in a library opened at run time.
typedef AdbcStatusCode (*AdbcDriverInitFunction)(int version, void *driver, struct AdbcError *error);

#endif
