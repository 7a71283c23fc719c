-- Takes back 0002_add_profiles. Says how many profiles go with it.
return function(db)
    local count = db:value "SELECT count(*) FROM profiles"
    if count > 0 then
        db:notice(("%d profiles are dropped"):format(count))
    end
    db:exec "DROP TABLE profiles"
end
