-- Takes back 0001_create_users.
return function(db)
    db:exec "DROP TABLE users"
end
