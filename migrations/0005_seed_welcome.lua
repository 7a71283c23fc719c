-- A data migration: a first user, a profile for everyone who has none, and a greeting.
local bot = "welcome@example.com"

return {
    up = function(db)
        local id = db:value(
            "INSERT INTO users (email, name) VALUES ($1, $2) RETURNING id", bot, "Welcome")
        local made = db:exec [[
            INSERT INTO profiles (user_id, display_name)
            SELECT u.id, u.name FROM users u
            WHERE NOT EXISTS (SELECT FROM profiles p WHERE p.user_id = u.id)]]
        db:notice(("%d profiles made"):format(made))

        local conversation = db:value(
            "INSERT INTO conversations (kind, title) VALUES ('group', $1) RETURNING id", "Welcome")
        db:exec("INSERT INTO participants (conversation_id, user_id) VALUES ($1, $2)",
            conversation, id)
        db:exec("INSERT INTO messages (conversation_id, author_id, body) VALUES ($1, $2, $3)",
            conversation, id, "Hello! Ask anything here.")
    end,

    down = function(db)
        -- The profiles of other users stay: their owners may have written in them since.
        db:exec("DELETE FROM conversations WHERE kind = 'group' AND title = $1", "Welcome")
        db:exec("DELETE FROM users WHERE email = $1", bot)
    end,
}
