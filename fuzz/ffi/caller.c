/* What the generated Kotlin and Swift do at the boundary, done from C: buffers made here and freed there, made there and freed here,
   errors, clients, and garbage where a record is expected. The address sanitizer watches the memory, and that none is left. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    uint64_t capacity;
    uint64_t length;
    uint8_t *data;
} Buffer;

typedef struct {
    int32_t length;
    const uint8_t *data;
} Bytes;

typedef struct {
    int8_t code;
    Buffer error;
} Status;

enum { OK = 0, ERROR = 1, PANIC = 2, ROUNDS = 1000 };

extern uint32_t ffi_klarna_step_up_uniffi_contract_version(void);
extern Buffer ffi_klarna_step_up_rustbuffer_alloc(uint64_t size, Status *status);
extern Buffer ffi_klarna_step_up_rustbuffer_from_bytes(Bytes bytes, Status *status);
extern Buffer ffi_klarna_step_up_rustbuffer_reserve(Buffer buffer, uint64_t more, Status *status);
extern void ffi_klarna_step_up_rustbuffer_free(Buffer buffer, Status *status);
extern Buffer uniffi_klarna_step_up_fn_func_library_version(Status *status);
extern Buffer uniffi_klarna_step_up_fn_func_default_confirmation_policy(Status *status);
extern uint64_t uniffi_klarna_step_up_fn_constructor_stepupclient_new(Buffer configuration, Buffer parts, Status *status);

static Status fresh(void) {
    Status status;
    memset(&status, 0, sizeof status);
    return status;
}

static int release(Buffer buffer) {
    Status status = fresh();
    ffi_klarna_step_up_rustbuffer_free(buffer, &status);
    return status.code == OK;
}

/* A copy in the library's own memory, as the generated code makes one of every argument. */
static Buffer lowered(const uint8_t *data, int32_t length) {
    Status status = fresh();
    Bytes bytes = {length, data};
    return ffi_klarna_step_up_rustbuffer_from_bytes(bytes, &status);
}

int call_over_the_boundary(void) {
    if (ffi_klarna_step_up_uniffi_contract_version() == 0) {
        return 1;
    }
    srand(1);
    for (int round = 0; round < ROUNDS; round++) {
        Status status = fresh();
        Buffer buffer = ffi_klarna_step_up_rustbuffer_alloc(16, &status);
        if (status.code != OK || buffer.capacity < 16) {
            return 2;
        }
        buffer = ffi_klarna_step_up_rustbuffer_reserve(buffer, 4096, &status);
        if (status.code != OK || buffer.capacity < 4096) {
            return 3;
        }
        memset(buffer.data, 0xff, buffer.capacity);
        if (!release(buffer)) {
            return 4;
        }
        Buffer version = uniffi_klarna_step_up_fn_func_library_version(&status);
        if (status.code != OK || version.length < 5 || !release(version)) {
            return 5;
        }
        Buffer policy = uniffi_klarna_step_up_fn_func_default_confirmation_policy(&status);
        if (status.code != OK || policy.length < 19 * 8 || !release(policy)) {
            return 6;
        }
        /* Garbage of any length where two records are expected: an error or a panic that was caught, never a client. */
        uint8_t garbage[512];
        int32_t length = rand() % (int32_t)sizeof garbage;
        for (int32_t at = 0; at < length; at++) {
            garbage[at] = (uint8_t)(round % 2 == 0 ? rand() : (at % 4 == 3 ? rand() % 16 : 0));
        }
        /* The second is empty: UniFFI 0.32.2 does not free an argument that comes after one that can't be read. */
        Buffer none = {0, 0, NULL};
        uint64_t client = uniffi_klarna_step_up_fn_constructor_stepupclient_new(lowered(garbage, length), none, &status);
        if (status.code == OK || client != 0) {
            return 7;
        }
        if (status.error.capacity > 0 && !release(status.error)) {
            return 8;
        }
    }
    return 0;
}
