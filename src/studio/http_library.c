/* Loading libmicrohttpd: see http_library.h. */
#include "studio/http_library.h"

#include <dlfcn.h>
#include <string.h>

#define SONAME "libmicrohttpd.so.12"

/* A symbol's address as a function's: ISO C has no cast for it, POSIX says that the bits are the same. */
static bool
find(void *library, const char *name, void *pointer, struct ray_err *err)
{
    void *symbol = dlsym(library, name);

    if (symbol == NULL)
        return ray_err_set(err, RAY_FAILED, SONAME " has no %s", name);
    memcpy(pointer, &symbol, sizeof(symbol));
    return true;
}

bool
ray_http_library_load(struct ray_http_library *out, struct ray_err *err)
{
    void *library = dlopen(SONAME, RTLD_NOW | RTLD_LOCAL);
    const struct {
        const char *name;
        void *pointer;
    } functions[] = {
        {"MHD_start_daemon", &out->start_daemon},
        {"MHD_stop_daemon", &out->stop_daemon},
        {"MHD_get_connection_values", &out->get_connection_values},
        {"MHD_get_connection_info", &out->get_connection_info},
        {"MHD_set_connection_option", &out->set_connection_option},
        {"MHD_create_response_from_buffer", &out->create_response_from_buffer},
        {"MHD_create_response_from_callback", &out->create_response_from_callback},
        {"MHD_add_response_header", &out->add_response_header},
        {"MHD_queue_response", &out->queue_response},
        {"MHD_destroy_response", &out->destroy_response},
    };

    if (library == NULL) {
        (void)ray_err_set(err, RAY_FAILED, "the studio needs " SONAME);
        (void)ray_err_detail(err, "%s", dlerror());
        return ray_err_hint(err, "Install it: apt-get install libmicrohttpd12.");
    }
    for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
        if (!find(library, functions[i].name, functions[i].pointer, err))
            return false;
    return true;
}
