-- What a user shows of themselves; one profile a user.
CREATE TABLE profiles (
    user_id uuid PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    display_name text,
    bio text,
    avatar bytea,
    updated_at timestamptz NOT NULL DEFAULT now()
);
--> statement-breakpoint
CREATE INDEX profiles_display_name_idx ON profiles (lower(display_name));
