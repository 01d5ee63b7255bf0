/* A PJRT plugin of tests: no computation, but it learns the devices of all processes as XLA's plugins do, by the key-value functions
 * that it is given. Each process puts its number of devices, process 0 reads all and puts the whole, the others read that. The reads
 * start first, on a thread of their own, and the writes come from another one; at the end the calling thread reads too.
 * Structs as in xla/pjrt/c/pjrt_c_api.h, as far as they are used.
 * Build: cc -shared -fPIC -pthread -o many-processes.so many-processes.c */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifndef MAJOR
#define MAJOR 0
#endif
#ifndef MINOR
#define MINOR 81
#endif

typedef struct { int code; char *message; size_t size; } Error;
typedef Error *(*MakeError)(int code, const char *message, size_t size);
#define HEAD size_t struct_size; void *extensions

typedef struct { HEAD; const char *name; size_t name_size; int type; union { int64_t n; const int64_t *list; } value; size_t value_size; } Named;
typedef struct { HEAD; const char *key; size_t key_size; int timeout; MakeError *error; void *user; char *value; size_t value_size; void (*deleter)(char *); } Get;
typedef struct { HEAD; const char *key; size_t key_size; MakeError *error; void *user; char *value; size_t value_size; void (*deleter)(char *); } TryGet;
typedef struct { HEAD; const char *key; size_t key_size; const char *value; size_t value_size; MakeError *error; void *user; } Put;
typedef struct Client Client;
typedef struct {
  HEAD; const Named *options; size_t num_options;
  Error *(*get)(Get *); void *get_user; Error *(*put)(Put *); void *put_user;
  Client *client;
  Error *(*try_get)(TryGet *); void *try_get_user;
} Create;

typedef struct { int id, process; } Device;
#define MAX 64
struct Client {
  int process, count, local, first, total;
  Device devices[MAX], *list[MAX];
  const Create *args;
  char whole[256];
  Error *failure;
};

static Error *make_error(int code, const char *message, size_t size) {
  Error *e = malloc(sizeof *e);
  e->code = code;
  e->message = malloc(size);
  e->size = size;
  memcpy(e->message, message, size);
  return e;
}
static MakeError error_maker = make_error;
static int TIMEOUT = 20000;

static Error *get(const Create *c, const char *key, char *into, size_t room) {
  Get a = {sizeof a, 0, key, strlen(key), TIMEOUT, &error_maker, c->get_user, 0, 0, 0};
  Error *e = c->get(&a);
  if (e) return e;
  snprintf(into, room, "%.*s", (int)a.value_size, a.value);
  a.deleter(a.value);
  return 0;
}
static Error *put(const Create *c, const char *key, const char *value) {
  Put a = {sizeof a, 0, key, strlen(key), value, strlen(value), &error_maker, c->put_user};
  return c->put(&a);
}
static void *reads(void *p) {
  Client *c = p;
  char key[64], one[32], all[256] = "";
  for (int i = 0; i < c->count && c->process == 0 && !c->failure; i++) {
    snprintf(key, sizeof key, "local/%d", i);
    c->failure = get(c->args, key, one, sizeof one);
    strcat(strcat(all, one), " ");
  }
  if (c->failure) return 0;
  if (c->process == 0) c->failure = put(c->args, "global", all);
  if (!c->failure) c->failure = get(c->args, "global", c->whole, sizeof c->whole);
  return 0;
}
static void *writes(void *p) {
  Client *c = p;
  char key[64], value[32];
  usleep(100000);
  snprintf(key, sizeof key, "local/%d", c->process);
  snprintf(value, sizeof value, "%d", c->local);
  Error *e = put(c->args, key, value);
  if (e) c->failure = e;
  return 0;
}
static int is(const Named *n, const char *name) { return n->name_size == strlen(name) && !memcmp(n->name, name, n->name_size); }

static Error *client_create(Create *a) {
  Client *c = calloc(1, sizeof *c);
  c->args = a;
  c->count = 1;
  c->local = 1;
  for (size_t i = 0; i < a->num_options; i++) {
    const Named *n = &a->options[i];
    if (is(n, "node_id")) c->process = n->value.n;
    if (is(n, "num_nodes")) c->count = n->value.n;
    if (is(n, "timeout")) TIMEOUT = n->value.n;
    if (is(n, "visible_devices") && n->type == 2) c->local = n->value_size;
  }
  snprintf(c->whole, sizeof c->whole, "%d", c->local);
  if (c->count > 1) {
    if (!a->get || !a->put || !a->try_get) return make_error(3, "no key-value functions", 22);
    pthread_t threads[2];
    pthread_create(&threads[0], 0, reads, c);
    pthread_create(&threads[1], 0, writes, c);
    pthread_join(threads[0], 0);
    pthread_join(threads[1], 0);
    if (c->failure) return c->failure;
    TryGet t = {sizeof t, 0, "global", 6, &error_maker, a->try_get_user, 0, 0, 0};
    Error *e = a->try_get(&t);
    if (e) return e;
    t.deleter(t.value);
    t.key = "none";
    t.key_size = 4;
    e = a->try_get(&t);
    if (!e || e->code != 5) return make_error(13, "a missing key was found", 23);
  }
  char *at = c->whole;
  for (int p = 0; p < c->count; p++) {
    int n = strtol(at, &at, 10);
    if (p == c->process) c->first = c->total;
    for (int i = 0; i < n && c->total < MAX; i++, c->total++) {
      c->devices[c->total] = (Device){c->total, p};
      c->list[c->total] = &c->devices[c->total];
    }
  }
  a->client = c;
  return 0;
}

typedef struct { HEAD; Error *error; const char *message; size_t size; } ErrorMessage;
typedef struct { HEAD; Error *error; int code; } ErrorCode;
typedef struct { HEAD; Client *client; const char *text; size_t size; } ClientText;
typedef struct { HEAD; Client *client; int index; } ClientIndex;
typedef struct { HEAD; Client *client; Device **devices; size_t count; } Devices;
typedef struct { HEAD; Device *device, *description; } Description;
typedef struct { HEAD; Device *description; int n; } DeviceInt;
typedef struct { HEAD; Device *description; const char *text; size_t size; } DeviceText;

static Error *error_destroy(ErrorCode *a) { free(a->error->message); free(a->error); return 0; }
static Error *error_message(ErrorMessage *a) { a->message = a->error->message; a->size = a->error->size; return 0; }
static Error *error_code(ErrorCode *a) { a->code = a->error->code; return 0; }
static Error *nothing(void *a) { return 0; }
static Error *unable(void *a) { return make_error(12, "this plugin computes nothing", 28); }
static Error *name(ClientText *a) { a->text = "test"; a->size = 4; return 0; }
static Error *process_index(ClientIndex *a) { a->index = a->client->process; return 0; }
static Error *all_devices(Devices *a) { a->devices = a->client->list; a->count = a->client->total; return 0; }
static Error *own_devices(Devices *a) { a->devices = a->client->list + a->client->first; a->count = a->client->local; return 0; }
static Error *description(Description *a) { a->description = a->device; return 0; }
static Error *device_id(DeviceInt *a) { a->n = a->description->id; return 0; }
static Error *device_process(DeviceInt *a) { a->n = a->description->process; return 0; }
static Error *device_kind(DeviceText *a) { a->text = "nothing"; a->size = 7; return 0; }

/* By their places in the table. */
#define FUNCTIONS 74
static struct {
  HEAD;
  struct { HEAD; int major, minor; } version;
  void *functions[FUNCTIONS];
} api = {
  sizeof api, 0, {24, 0, MAJOR, MINOR},
  {[0 ... FUNCTIONS - 1] = unable, [0] = error_destroy, [1] = error_message, [2] = error_code, [3] = nothing, [10] = client_create,
   [12] = name, [13] = process_index, [14] = name, [15] = all_devices, [16] = own_devices, [23] = device_id, [24] = device_process,
   [26] = device_kind, [29] = description},
};
void *GetPjrtApi(void) { return &api; }
