-- Written by raymig pull (ba913270adbc), which replaces it unless it was changed.
local pg = require "raymig.schema"

pg.extension "citext" { schema = "public" }
