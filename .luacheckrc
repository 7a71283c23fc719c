-- Lua 5.4, 100 columns, no warnings.
std = "lua54"
max_line_length = 100
codes = true
exclude_files = { "build", ".raymig", "**/node_modules", "spec/golden", "spec/**/broken" }

files["spec"] = { std = "+busted" }
files["spec/support/load.lua"] = { globals = { "request", "response", "setup", "done", "statuses" } }
files["lua/meta"] = { ignore = { "211", "212", "221", "241" } } -- declarations, never run

-- What raymig puts into the environment of the scripts that it runs.
files["raymig.lua"] = { read_globals = { "env", "raymig" } }
files["migrations"] = { read_globals = { "env", "raymig" } }
files["lua/plugins"] = { read_globals = { "env", "raymig" } }
files["lua/schema"] = { read_globals = { "env", "raymig" } }
