/* The last guard of passwords: what looks like one is blotted out of all that is printed as talk. */
#ifndef RAY_BASE_SCRUB_H
#define RAY_BASE_SCRUB_H

/*
 * Overwrites, in place, the passwords of a text with as many asterisks as they have characters, so that
 * positions counted in characters stay right: scheme://user:PASSWORD@host, password=PASSWORD,
 * password = "PASSWORD" and SQL's PASSWORD 'PASSWORD'. The text may get shorter in bytes.
 */
void ray_scrub(char *text);

#endif
