-- raymig: transaction=none
-- Built without blocking writers, so outside a transaction; resumes where it stopped.
CREATE INDEX CONCURRENTLY messages_conversation_idx ON messages (conversation_id, sent_at DESC);
--> statement-breakpoint
CREATE INDEX CONCURRENTLY messages_author_idx ON messages (author_id);
