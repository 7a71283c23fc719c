-- Takes back 0004_index_messages.
return function(db)
    db:exec "DROP INDEX messages_author_idx"
    db:exec "DROP INDEX messages_conversation_idx"
end
