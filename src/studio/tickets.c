/* Tickets: see tickets.h. */
#include "studio/tickets.h"

#include "base/clock.h"
#include "studio/guard.h"

#include <assert.h>
#include <openssl/crypto.h>
#include <pthread.h>
#include <string.h>

static_assert((int)RAY_TICKET_HEX == (int)RAY_TOKEN_HEX, "a ticket is made as a token is");

struct ticket {
    char text[RAY_TICKET_HEX + 1];
    json_t *asked; /* NULL: the place is free */
    int64_t made_ms;
};

struct ray_tickets {
    pthread_mutex_t lock;
    struct ticket places[RAY_TICKETS];
};

struct ray_tickets *
ray_tickets_new(struct ray_arena *arena)
{
    struct ray_tickets *tickets = RAY_NEW(arena, struct ray_tickets);

    (void)pthread_mutex_init(&tickets->lock, NULL);
    return tickets;
}

void
ray_tickets_free(struct ray_tickets *tickets)
{
    if (tickets == NULL)
        return;
    for (size_t i = 0; i < RAY_TICKETS; i++)
        json_decref(tickets->places[i].asked);
    (void)pthread_mutex_destroy(&tickets->lock);
}

/* A free place, else the oldest one's. */
static struct ticket *
find_place(struct ray_tickets *tickets)
{
    struct ticket *found = &tickets->places[0];

    for (size_t i = 0; i < RAY_TICKETS; i++) {
        struct ticket *place = &tickets->places[i];

        if (place->asked == NULL)
            return place;
        if (place->made_ms < found->made_ms)
            found = place;
    }
    return found;
}

bool
ray_ticket_make(struct ray_tickets *tickets, const json_t *asked, char out[RAY_TICKET_HEX + 1],
                struct ray_err *err)
{
    struct ticket *place;

    if (!ray_token_make(out, err))
        return false;
    (void)pthread_mutex_lock(&tickets->lock);
    place = find_place(tickets);
    json_decref(place->asked);
    memcpy(place->text, out, sizeof(place->text));
    place->asked = json_deep_copy(asked);
    place->made_ms = ray_clock_ms();
    (void)pthread_mutex_unlock(&tickets->lock);
    return true;
}

json_t *
ray_ticket_take(struct ray_tickets *tickets, const char *ticket)
{
    json_t *asked = NULL;

    if (strlen(ticket) != RAY_TICKET_HEX)
        return NULL;
    (void)pthread_mutex_lock(&tickets->lock);
    for (size_t i = 0; i < RAY_TICKETS; i++) {
        struct ticket *place = &tickets->places[i];

        if (place->asked == NULL || CRYPTO_memcmp(place->text, ticket, RAY_TICKET_HEX) != 0)
            continue;
        if (ray_clock_ms() - place->made_ms <= RAY_TICKET_MS)
            asked = place->asked;
        else
            json_decref(place->asked);
        place->asked = NULL;
    }
    (void)pthread_mutex_unlock(&tickets->lock);
    return asked;
}
