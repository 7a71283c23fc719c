/*
 * Tickets: leave to fetch one export by a plain navigation, so that the browser writes it to disk as it comes. The token
 * must never be in a URL; a ticket may, since it is good for the one export that its holder asked for with the token, once,
 * and for a minute.
 */
#ifndef RAY_STUDIO_TICKETS_H
#define RAY_STUDIO_TICKETS_H

#include "base/json.h"

#define RAY_TICKET_PATH \
    "/export/" /* then the ticket; the one path without the token behind which there is data */

enum {
    RAY_TICKET_HEX = 64,
    RAY_TICKETS = 16, /* that wait to be used; another one takes the place of the oldest */
    RAY_TICKET_MS = 60000,
};

struct ray_tickets;

/* One a studio. */
struct ray_tickets *ray_tickets_new(struct ray_arena *arena);
void ray_tickets_free(struct ray_tickets *tickets); /* NULL is allowed */

/* Makes a ticket for what was asked, which is copied. */
bool ray_ticket_make(struct ray_tickets *tickets, const json_t *asked, char out[RAY_TICKET_HEX + 1],
                     struct ray_err *err) RAY_MUST_CHECK;

/* What was asked for with it, which is the caller's; NULL where it is none, was used or is too old. */
json_t *ray_ticket_take(struct ray_tickets *tickets, const char *ticket);

#endif
