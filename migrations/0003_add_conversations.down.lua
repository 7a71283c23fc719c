-- Takes back 0003_add_conversations, in the opposite order.
return function(db)
    for _, name in ipairs { "messages", "participants", "conversations" } do
        db:exec("DROP TABLE " .. db:quote_ident(name))
    end
    db:exec "DROP TYPE conversation_kind"
end
