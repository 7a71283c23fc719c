-- raymig: transaction=none
DROP INDEX CONCURRENTLY visits_at;
