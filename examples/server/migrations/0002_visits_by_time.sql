-- raymig: transaction=none
CREATE INDEX CONCURRENTLY visits_at ON visits (at);
