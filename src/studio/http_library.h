/*
 * libmicrohttpd, loaded when `raymig studio` starts and not before: it pulls in GnuTLS and what that stands on,
 * nine libraries whose loading would cost every other command more than it takes itself.
 */
#ifndef RAY_STUDIO_HTTP_LIBRARY_H
#define RAY_STUDIO_HTTP_LIBRARY_H

#include "base/err.h"

#include <microhttpd.h>

/* The functions that are used, under their own names without MHD_. */
struct ray_http_library {
    __typeof__(MHD_start_daemon) *start_daemon;
    __typeof__(MHD_stop_daemon) *stop_daemon;
    __typeof__(MHD_get_connection_values) *get_connection_values;
    __typeof__(MHD_get_connection_info) *get_connection_info;
    __typeof__(MHD_set_connection_option) *set_connection_option;
    __typeof__(MHD_create_response_from_buffer) *create_response_from_buffer;
    __typeof__(MHD_create_response_from_callback) *create_response_from_callback;
    __typeof__(MHD_add_response_header) *add_response_header;
    __typeof__(MHD_queue_response) *queue_response;
    __typeof__(MHD_destroy_response) *destroy_response;
};

/* Loads it for good. RAY_FAILED with a hint where it is not installed. */
bool ray_http_library_load(struct ray_http_library *out, struct ray_err *err) RAY_MUST_CHECK;

#endif
