-- Conversations, who takes part in them, and what was said.
CREATE TYPE conversation_kind AS ENUM ('direct', 'group');
--> statement-breakpoint
CREATE TABLE conversations (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind conversation_kind NOT NULL DEFAULT 'direct',
    title text,
    created_at timestamptz NOT NULL DEFAULT now()
);
--> statement-breakpoint
CREATE TABLE participants (
    conversation_id bigint NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    joined_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (conversation_id, user_id)
);
--> statement-breakpoint
CREATE TABLE messages (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    conversation_id bigint NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    author_id uuid REFERENCES users (id) ON DELETE SET NULL,
    body text NOT NULL,
    sent_at timestamptz NOT NULL DEFAULT now()
);
